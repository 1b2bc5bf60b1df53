"""The addresses of the operator API: each parses, opens the shared world, and says what `tenants.here` says."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants import here
from tenants.api import serializers as shapes
from tenants.context import shared
from tenants.orders.placing import place

ACTOR = "operator api"
_REFUSALS = {401: shapes.RefusalSerializer, 404: shapes.RefusalSerializer, 409: shapes.RefusalSerializer}


class HealthView(APIView):
    """How the deployment is."""

    @extend_schema(responses={200: shapes.HealthSerializer, 401: shapes.RefusalSerializer})
    def get(self, _request: Request) -> Response:
        """Name, region, release, clock, law packs, catalogue and fleet."""
        with shared(actor=ACTOR):
            return Response(here.health())


class CouncilsView(APIView):
    """The councils."""

    @extend_schema(responses={200: shapes.CouncilsSerializer, 401: shapes.RefusalSerializer})
    def get(self, _request: Request) -> Response:
        """Every council that is here, with facts and without names of people."""
        with shared(actor=ACTOR):
            return Response({"councils": here.councils()})


class TemplateView(APIView):
    """A council as a template."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT, **_REFUSALS})
    def get(self, _request: Request, council_id: UUID) -> Response:
        """Everything of a council but people: what a new one may start from."""
        with shared(actor=ACTOR):
            return Response(here.template(council_id))


class OrderView(APIView):
    """One order."""

    @extend_schema(responses={200: shapes.OrderSerializer, **_REFUSALS})
    def get(self, _request: Request, order_id: UUID) -> Response:
        """How far the order has come."""
        with shared(actor=ACTOR):
            return Response(here.order(order_id))

    @extend_schema(request=shapes.OrderRequestSerializer, responses={200: shapes.OrderSerializer, **_REFUSALS})
    def put(self, request: Request, order_id: UUID) -> Response:
        """Ask for something; the same id again is the same order, and another payload under it is refused."""
        return _place(order_id, _read(shapes.OrderRequestSerializer, request.data))


class OrdersView(APIView):
    """Orders."""

    @extend_schema(request=shapes.NewOrderSerializer, responses={200: shapes.OrderSerializer, **_REFUSALS})
    def post(self, request: Request) -> Response:
        """Ask for something under the id that the body gives."""
        said = _read(shapes.NewOrderSerializer, request.data)
        return _place(said["id"], said)


class ReadingsView(APIView):
    """Readings."""

    @extend_schema(
        parameters=[OpenApiParameter("since", OpenApiTypes.DATE, required=True)],
        responses={200: shapes.ReadingsSerializer, 401: shapes.RefusalSerializer},
    )
    def get(self, request: Request) -> Response:
        """Every council's numbers from a day on; what counts people is null below 5."""
        since = _read(shapes.SinceSerializer, request.query_params)["since"]
        with shared(actor=ACTOR):
            return Response({"readings": here.readings(since)})


class FleetView(APIView):
    """The fleet."""

    @extend_schema(responses={200: shapes.FleetSerializer, 401: shapes.RefusalSerializer})
    def get(self, _request: Request) -> Response:
        """How far the councils' schemas have come, and the last runs."""
        with shared(actor=ACTOR):
            return Response(here.fleet())


class FleetRunsView(APIView):
    """Runs of the fleet."""

    @extend_schema(request=shapes.RunRequestSerializer, responses={202: None, 401: shapes.RefusalSerializer})
    def post(self, request: Request) -> Response:
        """Have the migrator bring the councils forward, or go on with a run that was stopped."""
        asked_by = _read(shapes.RunRequestSerializer, request.data)["asked_by"]
        with shared(actor=ACTOR):
            here.run_fleet(asked_by)
        return Response(status=202)


def _read(shape: Any, data: Any) -> dict[str, Any]:
    read = shape(data=data)
    read.is_valid(raise_exception=True)
    values: dict[str, Any] = read.validated_data
    return values


def _place(order_id: UUID, said: dict[str, Any]) -> Response:
    with shared(actor=ACTOR):
        taken = place(
            order_id=order_id, council_id=said["council_id"], kind=said["kind"], payload=said["payload"],
            asked_by=said["asked_by"],
        )  # fmt: skip
        return Response(here.order_said(taken))
