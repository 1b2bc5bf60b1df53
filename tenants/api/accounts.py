"""The addresses at which a console says how a council's account stands, and gives it the files of its invoices."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.account import put_account, put_document
from tenants.api import serializers as shapes
from tenants.context import shared
from tenants.errors import AccountRefused

ACTOR = "operator api"
_REFUSALS = {401: shapes.RefusalSerializer, 404: shapes.RefusalSerializer, 409: shapes.RefusalSerializer}


class AccountView(APIView):
    """A council's account."""

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: shapes.WantedSerializer, **_REFUSALS})
    def put(self, request: Request, council_id: UUID) -> Response:
        """Say how the council's account stands; answered with the checksums of the PDFs that are not here."""
        with shared(actor=ACTOR):
            return Response({"wanted": list(put_account(council_id, request.data))})


class DocumentView(APIView):
    """A file of a council's account."""

    @extend_schema(request=shapes.DocumentSerializer, responses={204: None, **_REFUSALS})
    def put(self, request: Request, council_id: UUID, checksum: str) -> Response:
        """Give the council a PDF that its account names, in base64; `checksum` is its SHA-256."""
        read = shapes.DocumentSerializer(data=request.data)
        read.is_valid(raise_exception=True)
        try:
            content = base64.b64decode(read.validated_data["content"], validate=True)
        except (binascii.Error, ValueError) as broken:
            raise AccountRefused("The file can't be read: it is not base64.") from broken
        with shared(actor=ACTOR):
            put_document(council_id, checksum, content)
        return Response(status=204)
