"""Invented councils' people for the tests."""

from tests.factories.people import (
    make_agency,
    make_client,
    make_involvement,
    make_practitioner,
    make_publication,
    make_service,
    make_service_type,
    make_user,
    make_viewer,
)

__all__ = [
    "make_agency",
    "make_client",
    "make_involvement",
    "make_practitioner",
    "make_publication",
    "make_service",
    "make_service_type",
    "make_user",
    "make_viewer",
]
