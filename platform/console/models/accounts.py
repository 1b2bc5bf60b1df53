"""Which account of each council its deployment was told last, so that only what has changed is said again."""

from __future__ import annotations

from django.db import models

from console.models.deployments import Council


class AccountSent(models.Model):
    """What a council's deployment was told of its account last: a checksum of it. `failure` is why it was not, since.

    `failure` is a slug of the ports' errors. What failed is tried again.
    """

    council = models.OneToOneField(Council, on_delete=models.CASCADE, primary_key=True, related_name="+")
    checksum = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return str(self.council_id)
