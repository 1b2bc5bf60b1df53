"""Reads regime packs from TOML files, checks them, and hands out only packs without a mistake."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.consent import pack as p
from core.consent.materials_loading import read_materials
from core.consent.pack_checks import check_pack
from core.consent.pack_errors import PackInvalid
from core.consent.pack_reading import CODE, SLUG, Problems, TableReader
from core.consent.wording import Conversation
from core.consent.wording_defaults import plain_conversation, plain_wording
from core.consent.wording_loading import read_conversation, read_wording
from core.directory.catalogue import ServiceTypeEntry, load_catalogue

PACKS_FOLDER = Path(__file__).with_name("packs")

_PACK_ID = re.compile(r"[a-z]+(?:-[a-z]+)*")
_JURISDICTION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_ENUM = "enum_"


def load_packs(folder: Path = PACKS_FOLDER) -> Mapping[str, p.Pack]:
    """The newest version of every pack of a folder, by id. Raises PackInvalid with the problems of all its files."""
    return newest(load_versions(folder))


def load_versions(*folders: Path) -> tuple[p.Pack, ...]:
    """Every version of every pack of these folders: several of one pack stand side by side, as `gb-eng@2026.11.toml`.

    Raises PackInvalid with the problems of all the files.
    """
    catalogue = load_catalogue()
    found: dict[tuple[str, str], tuple[Path, p.Pack]] = {}
    problems: list[str] = []
    for path in [path for folder in folders for path in sorted(folder.glob("*.toml"))]:
        try:
            pack = load_pack(path, catalogue=catalogue)
        except PackInvalid as invalid:
            problems += invalid.problems
            continue
        if path.stem not in (pack.id, pack.ref) and "@" in path.stem:
            problems.append(f"{path.name}, line 1, pack.version: the file is named for another than “{pack.ref}”.")
        folder, same = found.get((pack.id, pack.version), (None, pack))
        if folder == path.parent or same.checksum != pack.checksum:
            problems.append(f"{path.name}, line 1, pack.id: “{pack.ref}” is what another file holds too.")
        found[pack.id, pack.version] = (path.parent, pack)
    if problems:
        raise PackInvalid(problems)
    return tuple(pack for _folder, pack in found.values())


def newest(versions: Iterable[p.Pack]) -> Mapping[str, p.Pack]:
    """The newest version of each pack, by id: what new councils start with."""
    packs: dict[str, p.Pack] = {}
    for pack in sorted(versions, key=lambda one: (one.id, _age(one))):
        packs[pack.id] = pack
    return MappingProxyType(packs)


def _age(pack: p.Pack) -> tuple[tuple[int, ...], str]:
    """What orders the versions of one pack: its numbers as numbers, so that 2026.9 comes before 2026.11."""
    return tuple(int(number) for number in re.findall(r"\d+", pack.version)), pack.version


def load_pack(path: Path, *, catalogue: tuple[ServiceTypeEntry, ...] | None = None) -> p.Pack:
    """One pack. Raises PackInvalid with a sentence for each mistake, naming file, key and line."""
    try:
        content = path.read_bytes()
        text = content.decode()
        data = tomllib.loads(text)
    except OSError as error:
        raise PackInvalid([f"{path.name}: the file can't be read ({error.strerror})."]) from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PackInvalid([f"{path.name}, line {line}: this is not UTF-8 text."]) from error
    except tomllib.TOMLDecodeError as error:
        raise PackInvalid([f"{path.name}: this is not TOML: {error}."]) from error
    problems = Problems(path.name, text)
    pack = _read_pack(TableReader(data, (), problems), checksum=hashlib.sha256(content).hexdigest())
    check_pack(pack, load_catalogue() if catalogue is None else catalogue, problems)
    if sentences := problems.sentences():
        raise PackInvalid(sentences)
    return pack


def _read_pack(root: TableReader, *, checksum: str) -> p.Pack:
    head, terms = root.table("pack"), root.table("terms").text_map()
    bases = tuple(_read_basis(table) for table in root.tables("basis"))
    standard, search, freshness = root.table("standard"), root.table("search"), root.table("freshness")
    pack = p.Pack(
        id=head.matching("id", _PACK_ID, "a pack's id, like gb-eng"),
        version=head.text("version"),
        title=head.text("title"),
        jurisdiction=head.matching("jurisdiction", _JURISDICTION, "a jurisdiction, like GB-ENG"),
        reviewed_on=head.day("reviewed_on"),
        legal_review=head.choice("legal_review", p.LegalReview),
        regulator=head.text("regulator"),
        checksum=checksum,
        locale=_read_locale(root.table("locale")),
        terms=terms,
        age=_read_age(root.table("age")),
        statuses=root.table("statuses").text_map(),
        sensitive=_read_sensitive(root.table("sensitive")),
        standard_consent_days=standard.number("consent_days", least=1),
        search_mode=search.choice("mode", p.SearchMode),
        freshness_days=freshness.number("default_days", least=1),
        shield=_read_shield(root.table("shield")),
        break_glass=_read_break_glass(root.table("break_glass")),
        bases=bases,
        record=root.table("record").texts_map(),
        retention=root.table("retention").number_map(),
        rights=tuple(_read_right(table) for table in root.tables("right")),
        breaches=tuple(_read_breach(table) for table in root.tables("breach")),
        residency=_read_residency(root.table("residency")),
        identifiers=tuple(_read_identifier(table) for table in root.tables("identifier", required=False)),
        conversation=_read_conversation(root, terms, bases),
        wording=read_wording(root.table("wording")) if root.has("wording") else plain_wording(bases),
        two_people_for=_read_approval(root.table("approval", required=False)),
        materials=read_materials(root.table("materials")) if root.has("materials") else None,
    )
    for table in (head, standard, search, freshness, root):
        table.finish()
    return pack


def _read_locale(table: TableReader) -> p.Locale:
    locale = p.Locale(
        language=table.text("language"),
        timezone=table.text("timezone"),
        holidays=table.text("holidays"),
        phone_country=table.matching("phone_country", re.compile(r"\+\d{1,3}"), "a country's dialling code, like +44"),
        phone_regex_e164=table.regex("phone_regex_e164"),
        phone_test_numbers=table.texts("phone_test_numbers", required=False),
        postcode_regex=table.regex("postcode_regex"),
        tenant_postcode_areas=table.table("tenant_postcode_areas", required=False).texts_map(),
    )
    try:
        ZoneInfo(locale.timezone)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        if locale.timezone:
            table.problem("timezone", f"“{locale.timezone}” is not a time zone.")
    table.finish()
    return locale


def _read_age(table: TableReader) -> p.Age:
    age = p.Age(
        adult_from=table.number("adult_from", least=1),
        presumed_capacity_from=table.number("presumed_capacity_from"),
        assess_from=table.number("assess_from"),
        test=table.choice("test", p.AgeTest),
        review_at=table.numbers("review_at"),
    )
    table.finish()
    return age


def _read_sensitive(table: TableReader) -> p.Sensitive:
    sensitive = p.Sensitive(
        classes=table.slugs("classes"),
        core_classes=table.slugs("core_classes"),
        other_viewers=table.choice("other_viewers", p.OtherViewers),
        hidden_always=table.slugs("hidden_always"),
        consent_days=table.number("consent_days", least=1),
        override_days=table.number("override_days", least=1),
        named_recipients_required=table.flag("named_recipients_required", default=True),
    )
    table.finish()
    return sensitive


def _read_shield(table: TableReader) -> p.Shield:
    shield = p.Shield(
        levels=table.slugs("levels"),
        searchable_fields=table.slugs("searchable_fields"),
        hidden_fields=table.slugs("hidden_fields"),
        break_glass_roles=table.slugs("break_glass_roles"),
        break_glass_scope=table.choice("break_glass_scope", p.LimitedSightScope),
        break_glass_review=table.text("break_glass_review"),
    )
    table.finish()
    return shield


def _read_break_glass(table: TableReader) -> p.BreakGlass:
    break_glass = p.BreakGlass(
        roles=table.slugs("roles"),
        reason_min_chars=table.number("reason_min_chars", least=1),
        review_within=table.text("review_within"),
    )
    table.finish()
    return break_glass


def _read_basis(table: TableReader) -> p.Basis:
    enums = {name.removeprefix(_ENUM): table.slugs(name) for name in table.names() if name.startswith(_ENUM)}
    basis = p.Basis(
        code=table.matching("code", CODE, "a code like en.consent_explicit"),
        label=table.text("label"),
        kind=table.choice("kind", p.BasisKind),
        subject=table.optional_text("subject"),
        applies_if=table.optional_text("applies_if"),
        effective_from=table.optional_day("effective_from"),
        effective_to=table.optional_day("effective_to"),
        client=table.choice("client", p.ClientKind),
        age_min=table.optional_number("age_min"),
        actor_any=frozenset(table.slugs("actor_any")),
        recipient_any=frozenset(table.slugs("recipient_any")),
        actor_employment=frozenset(table.choices("actor_employment", p.Employment)),
        facts_all=table.slugs("facts_all", required=False),
        facts_none=table.slugs("facts_none", required=False),
        factors=table.slugs("factors", required=False),
        factors_min=table.optional_number("factors_min") or 0,
        consenter=table.flag("consenter", default=False),
        named_recipients=table.flag("named_recipients", default=False),
        sensitive=table.choice("sensitive", p.BasisSensitivity),
        overrides_refusal=table.flag("overrides_refusal", default=False),
        refusal_override_any=table.slugs("refusal_override_any", required=False),
        fields=table.slugs("fields"),
        enums=MappingProxyType(enums),
        notify=table.choice("notify", p.Notify),
        review_days=table.number("review_days", least=1),
        citations=table.texts("citations"),
        gdpr=table.texts("gdpr", required=False),
        confidentiality=table.optional_text("confidentiality"),
    )
    table.finish()
    return basis


def _read_conversation(root: TableReader, terms: Mapping[str, str], bases: tuple[p.Basis, ...]) -> Conversation:
    """The pack's own conversation, or a plain one for a pack that brings law alone."""
    if root.has("conversation"):
        return read_conversation(root.table("conversation"))
    head = root.table("pack")
    name = terms.get("consent_talk") or "conversation"
    return plain_conversation(pack_id=head.text("id"), version=head.text("version"), name=name, bases=bases)


def _read_approval(table: TableReader) -> frozenset[str]:
    kinds = frozenset(table.texts("two_people_for", required=False))
    table.finish()
    return kinds


def _read_right(table: TableReader) -> p.Right:
    right = p.Right(
        code=table.matching("code", SLUG, "a lower-case word"),
        deadline=table.text("deadline"),
        extend=table.optional_text("extend"),
        starts=table.text("starts"),
        effective_from=table.optional_day("effective_from"),
        source=table.text("source"),
    )
    table.finish()
    return right


def _read_breach(table: TableReader) -> p.Breach:
    breach = p.Breach(
        authority=table.text("authority"),
        deadline_hours=table.number("deadline_hours"),
        trigger=table.text("trigger"),
        applies_if=table.optional_text("applies_if"),
        source=table.text("source"),
    )
    table.finish()
    return breach


def _read_residency(table: TableReader) -> p.Residency:
    residency = p.Residency(
        default_region=table.text("default_region"),
        allowed=table.texts("allowed"),
        transfer_test=table.text("transfer_test"),
    )
    table.finish()
    return residency


def _read_identifier(table: TableReader) -> p.Identifier:
    identifier = p.Identifier(
        code=table.matching("code", SLUG, "a lower-case word"),
        use=table.choice("use", p.IdentifierUse),
        format=table.optional_regex("format"),
        check=table.choice("check", p.IdentifierCheck, default=p.IdentifierCheck.NONE),
        show_to=table.slugs("show_to", required=False),
        source=table.text("source"),
    )
    table.finish()
    return identifier
