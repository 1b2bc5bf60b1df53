"""Agencies, their services, and the contact card that each practitioner keeps. It knows no client."""
