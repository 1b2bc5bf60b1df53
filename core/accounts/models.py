"""A person's account in one world: a council's own, or the deployment's for operators."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from core import clock
from core.accounts.choices import Role
from tenants.base_model import TenantModel, TenantQuerySet


class User(TenantModel, AbstractBaseUser):
    """Who signs in: a work e-mail address, a password hash and roles. What others see is a practitioner's card.

    An account with `open_until` is open for a time alone: from then on it is as closed as one that is not active.
    """

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    email = models.EmailField(max_length=254)
    roles = ArrayField(models.CharField(max_length=24, choices=Role.choices), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    open_until = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    shortcuts_on = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[User]] = TenantQuerySet.as_manager()  # over AbstractBaseUser's

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(Lower("email"), name="one_user_an_email"),)

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_open(self) -> bool:
        """Whether this person may sign in, and go on: asked at every request."""
        return self.is_active and (self.open_until is None or self.open_until > clock.now())

    def has_role(self, role: Role) -> bool:
        """Whether this person holds `role`."""
        return role.value in self.roles


def open_accounts() -> TenantQuerySet[User]:
    """The accounts of those who may sign in now: the same rule, as SQL."""
    until = models.Q(open_until=None) | models.Q(open_until__gt=clock.now())
    return User.objects.filter(until, is_active=True)


class Invitation(TenantModel):
    """The only way to an account: a link sent to a work address, good once, for a while. Its token is kept hashed."""

    email = models.EmailField(max_length=254)
    roles = ArrayField(models.CharField(max_length=24, choices=Role.choices), default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Throttle(TenantModel):
    """Failed attempts counted for one key (a hash: of an address, or of an address and a network address)."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    recent = ArrayField(models.DateTimeField(), default=list, blank=True)
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class OpenSession(TenantModel):
    """One browser in which someone is signed in, so that they can see it and end it. The session itself is Django's."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.id)


class Draft(TenantModel):
    """What someone had typed when their session ended, kept for them alone until they sign in again.

    `path` is the address it was sent to, `page` the one it was typed at.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=200)
    page = models.CharField(max_length=200, blank=True)
    fields = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("user", "path"), name="one_draft_a_page"),)

    def __str__(self) -> str:
        return self.path
