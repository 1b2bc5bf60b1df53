"""The shapes that cross the API, to read what comes in and to describe it. What goes out, `tenants.here` says."""

from __future__ import annotations

from rest_framework import serializers

from tenants.models import CouncilOrder


class PackSerializer(serializers.Serializer[object]):
    """A law pack that this deployment's release holds."""

    id = serializers.CharField()
    version = serializers.CharField()
    checksum = serializers.CharField(help_text="SHA-256 of the pack's file.")
    title = serializers.CharField()
    regions = serializers.ListField(child=serializers.CharField(), help_text="Where its residency rule allows data.")
    is_signed = serializers.BooleanField(help_text="Whether its legal review is recorded here for this very file.")
    periods = serializers.DictField(child=serializers.IntegerField(), help_text="How long what is kept, by its name.")


class HealthSerializer(serializers.Serializer[object]):
    """What a deployment says of itself."""

    name = serializers.CharField()
    region = serializers.CharField()
    kind = serializers.ChoiceField(choices=["shared", "dedicated"])
    version = serializers.CharField()
    clock = serializers.DateTimeField()
    is_ready = serializers.BooleanField()
    packs = PackSerializer(many=True)
    service_types = serializers.ListField(child=serializers.DictField())
    fleet = serializers.DictField()


class CouncilSerializer(serializers.Serializer[object]):
    """A council that is here."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    hosts = serializers.ListField(child=serializers.CharField(), help_text="The first is its own in links.")
    state = serializers.ChoiceField(choices=["preparing", "training", "live", "suspended"])
    pack_id = serializers.CharField()
    is_current = serializers.BooleanField(help_text="Whether its schema is at this release.")
    facts = serializers.DictField(help_text="What a job of the council's own found, without names.")


class CouncilsSerializer(serializers.Serializer[object]):
    """Every council that is here."""

    councils = CouncilSerializer(many=True)


class OrderRequestSerializer(serializers.Serializer[object]):
    """What is asked for a council. What the payload holds depends on the kind; see the guide on deployments."""

    council_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=CouncilOrder.Kind.choices)
    payload = serializers.DictField(allow_empty=True)
    asked_by = serializers.CharField(max_length=120, allow_blank=True)


class NewOrderSerializer(OrderRequestSerializer):
    """The same, with the order's id beside it."""

    id = serializers.UUIDField()


class OrderSerializer(serializers.Serializer[object]):
    """An order as it stands. Each step is its slug, its label, and whether it is done."""

    id = serializers.UUIDField()
    council_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=CouncilOrder.Kind.choices)
    state = serializers.ChoiceField(choices=CouncilOrder.State.choices)
    steps = serializers.ListField(child=serializers.ListField())
    result = serializers.DictField()
    error = serializers.CharField(allow_blank=True)


class ReadingSerializer(serializers.Serializer[object]):
    """One council's numbers of one day; what counts people is null below 5."""

    council_id = serializers.UUIDField()
    on = serializers.DateField()
    numbers = serializers.DictField()
    counted_at = serializers.DateTimeField()


class ReadingsSerializer(serializers.Serializer[object]):
    """Every council's numbers from a day on."""

    readings = ReadingSerializer(many=True)


class FleetSerializer(serializers.Serializer[object]):
    """How far the councils' schemas have come, and the last runs."""

    councils = serializers.IntegerField()
    current = serializers.IntegerField()
    behind = serializers.ListField(child=serializers.DictField(), help_text="At most 200 of those that are behind.")
    behind_count = serializers.IntegerField()
    is_open = serializers.BooleanField(help_text="Whether a migration is under way or asked for.")
    runs = serializers.ListField(child=serializers.DictField())
    drift = serializers.DictField(allow_null=True)


class RunRequestSerializer(serializers.Serializer[object]):
    """Who asked for the run."""

    asked_by = serializers.CharField(max_length=120, allow_blank=True)


class RefusalSerializer(serializers.Serializer[object]):
    """Why something was not done. `clock` is the deployment's time."""

    code = serializers.CharField()
    detail = serializers.CharField()
    clock = serializers.DateTimeField()


class SinceSerializer(serializers.Serializer[object]):
    """From which day on."""

    since = serializers.DateField()


class WantedSerializer(serializers.Serializer[object]):
    """Which files of an account are not here."""

    wanted = serializers.ListField(child=serializers.CharField(), help_text="SHA-256 of each.")


class DocumentSerializer(serializers.Serializer[object]):
    """A PDF."""

    content = serializers.CharField(max_length=2_100_000, trim_whitespace=False, help_text="In base64.")
