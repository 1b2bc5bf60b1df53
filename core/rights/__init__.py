"""What people may ask of us, and what the law makes us write down: access and other rights with their clocks,
complaints, disclosures, requests received and refused, and how long anything is kept.

It is not where consent is decided or a line shown: those are the steps below.
"""
