"""A deployment elsewhere, asked over HTTPS. It may be slow, broken or broken into: nothing it says is taken on trust.

One request, one answer: no redirects are followed and nothing is sent twice, for a write is asked again under the same
order's id by whoever wants to be sure. Never called inside a transaction.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NoReturn
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import urllib3

from console.addresses import may_be_local
from console.models import Deployment
from console.ports import reading
from console.ports.base import CouncilHere, Health, OrderHere, ReadingHere
from console.ports.connecting import Ending, host_header, pools
from console.ports.errors import BadReply, ClockSkew, NotHere, OrderRefused, PortError, Unreachable, Untrusted
from console.ports.tokens import Signer, signer
from core import clock

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 10.0
TOTAL_SECONDS: Final = 20.0
"""For one request with its whole answer, however slowly it drips."""
MOST_BYTES: Final = 5_000_000
MOST_SKEW: Final = timedelta(seconds=30)
_PIECE: Final = 65_536


@dataclass(frozen=True, slots=True)
class RemotePort:
    """See `DeploymentPort`. `address` begins with https://; an empty `certificate_authority` means the system's."""

    name: str
    address: str
    certificate_authority: str
    signer: Signer
    may_be_local: bool = False

    @classmethod
    def to(cls, deployment: Deployment) -> RemotePort:
        """The way to a deployment. Raises Untrusted where this console has no key, or the address is not HTTPS."""
        if urlsplit(deployment.address).scheme != "https":
            raise Untrusted("A deployment elsewhere is reached over HTTPS alone.")
        return cls(
            deployment.name, deployment.address.rstrip("/"), deployment.certificate_authority, signer(),
            may_be_local(),
        )  # fmt: skip

    def health(self) -> Health:
        found = reading.health(self._get("/health"))
        if found.name != self.name:
            raise BadReply("Another deployment answers at this address.")
        _require_same_time(found.clock)
        return found

    def councils(self) -> tuple[CouncilHere, ...]:
        return reading.councils(self._get("/councils"))

    def place(
        self, *, order_id: UUID, council_id: UUID, kind: str, payload: Mapping[str, Any], asked_by: str
    ) -> OrderHere:
        said = self._ask(
            "PUT", f"/orders/{order_id}",
            {"council_id": str(council_id), "kind": kind, "payload": payload, "asked_by": asked_by},
        )  # fmt: skip
        return reading.order(said, order_id=order_id, council_id=council_id)

    def order(self, order_id: UUID) -> OrderHere:
        return reading.order(self._get(f"/orders/{order_id}"), order_id=order_id)

    def readings(self, since: date) -> tuple[ReadingHere, ...]:
        return reading.readings(self._get("/readings?" + urlencode({"since": since.isoformat()})))

    def template(self, council_id: UUID) -> Mapping[str, Any]:
        return reading.template(self._get(f"/councils/{council_id}/template"))

    def put_account(self, council_id: UUID, account: Mapping[str, Any]) -> tuple[str, ...]:
        return reading.wanted(self._ask("PUT", f"/councils/{council_id}/account", account), account)

    def put_document(self, council_id: UUID, checksum: str, content: bytes) -> None:
        said = {"content": base64.b64encode(content).decode()}
        self._ask("PUT", f"/councils/{council_id}/documents/{checksum}", said)

    def fleet(self) -> Mapping[str, Any]:
        return reading.fleet(self._get("/fleet"))

    def run_fleet(self, *, asked_by: str) -> None:
        self._ask("POST", "/fleet/runs", {"asked_by": asked_by})

    def _get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def _ask(self, method: str, path: str, said: Mapping[str, Any] | None) -> Any:
        body = b"" if said is None else json.dumps(said).encode()
        whole = urlsplit(self.address).path + path
        token = self.signer.token(audience=self.name, method=method, path=whole, body=body)
        headers = {
            "Authorization": f"Bearer {token}", "Accept": "application/json", "Host": host_header(self.address),
        }  # fmt: skip
        if body:
            headers["Content-Type"] = "application/json"
        try:
            return _heard_at(self._pools(), method, whole, body, headers)
        except urllib3.exceptions.SSLError as error:
            raise Untrusted("The certificate is not the one this deployment should have.") from error
        except (TimeoutError, urllib3.exceptions.TimeoutError, urllib3.exceptions.NewConnectionError) as error:
            raise Unreachable("The deployment did not answer in time, or not at all.") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unreachable("The connection to the deployment broke off.") from error

    def _pools(self) -> Iterable[urllib3.HTTPSConnectionPool]:
        return pools(
            self.address, self.certificate_authority, may_be_local=self.may_be_local, ending=Ending(TOTAL_SECONDS),
            connect=CONNECT_SECONDS, read=READ_SECONDS,
        )  # fmt: skip


def _heard_at(
    ways: Iterable[urllib3.HTTPSConnectionPool], method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> Any:
    """What is answered at the first address that can be connected to; only what was never sent goes to the next."""
    failed: urllib3.exceptions.HTTPError | None = None
    for pool in ways:
        with pool:
            try:
                answer = pool.request(
                    method, path, body=body or None, headers=headers, redirect=False, retries=False,
                    preload_content=False, decode_content=False,
                )  # fmt: skip
            except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError) as error:
                failed = error
                continue
            try:
                return _heard(answer)
            finally:
                answer.close()
    raise failed or Unreachable("The deployment's name leads nowhere.")


def _heard(answer: Any) -> Any:
    """The answer, read to its end but no further than any of ours goes. Raises the ports' errors."""
    body = b""
    for piece in answer.stream(_PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            answer.close()
            raise BadReply("The deployment's reply is longer than any of ours.")
    if answer.status in {202, 204} and not body:
        return None
    if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadReply("The deployment's reply is not JSON.")
    said = reading.parsed(body)
    if answer.status != 200:
        _refused(answer.status, said)
    return said


def _refused(status: int, said: Any) -> NoReturn:
    words = said if isinstance(said, dict) else {}
    code, detail = str(words.get("code", ""))[:40], str(words.get("detail", ""))[:300]
    if status == 401 and code == "clock_skew":
        _require_same_time(_moment(words.get("clock")))
    if status in {401, 403}:
        raise Untrusted("The deployment refused the console's token.")
    if status == 404 and code == "not_here":
        raise NotHere("The deployment has no such order, or nothing yet of such a council.")
    if status in {400, 409, 413} and detail.isprintable() and not set("<>") & set(detail):
        raise OrderRefused(detail or "The deployment refused the order.")
    if status in {500, 503}:
        raise PortError("Something is wrong in the deployment: it could not do what was asked just now.")
    raise BadReply("The deployment's reply is not what the interface promises.")


def _moment(written: Any) -> datetime:
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        raise BadReply("The deployment said no proper time.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _require_same_time(there: datetime) -> None:
    """Raise ClockSkew, saying by how much, where the clocks differ by more than a token allows."""
    apart = there - clock.now()
    if abs(apart) > MOST_SKEW:
        ahead = "ahead of" if apart > timedelta(0) else "behind"
        raise ClockSkew(f"The deployment's clock is {abs(int(apart.total_seconds()))} seconds {ahead} the console's.")
