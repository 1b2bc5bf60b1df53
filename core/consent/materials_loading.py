"""Reads the cards and the leaflet of a pack: `[materials]`."""

from types import MappingProxyType

from core.consent import materials as m
from core.consent.pack_reading import TableReader


def read_materials(table: TableReader) -> m.Materials:
    who = table.table("who")
    materials = m.Materials(
        leaflet_title=table.text("leaflet_title"),
        agencies_title=table.text("agencies_title"),
        agencies_text=table.text("agencies_text"),
        help_title=table.text("help_title"),
        leaflet=tuple(_read_part(part) for part in table.tables("leaflet")),
        cards=tuple(_read_card(card) for card in table.tables("card")),
        who=MappingProxyType({band: who.texts(band) for band in m.AgeBand}),
    )
    who.finish()
    table.finish()
    return materials


def _read_part(table: TableReader) -> m.LeafletPart:
    part = m.LeafletPart(slug=table.text("slug"), title=table.text("title"), lines=_read_blocks(table, "lines"))
    table.finish()
    return part


def _read_card(table: TableReader) -> m.Card:
    card = m.Card(
        slug=table.text("slug"),
        title=table.text("title"),
        answer=_read_blocks(table, "answer"),
        facts=_read_blocks(table, "facts"),
        cannot_promise=_read_blocks(table, "cannot_promise"),
        choose_now=_read_blocks(table, "choose_now"),
        if_no=_read_blocks(table, "if_no"),
        notes=_read_blocks(table, "notes"),
        asks=table.choices("asks", m.Asks),
    )
    table.finish()
    return card


def _read_blocks(table: TableReader, name: str) -> tuple[m.Block, ...]:
    return tuple(_read_block(item) for item in table.texts_or_tables(name))


def _read_block(item: str | TableReader) -> m.Block:
    if isinstance(item, str):
        return m.Block(text=item)
    block = m.Block(
        text=item.text("text"), asks=item.choices("asks", m.Asks), classes=item.slugs("classes", required=False)
    )
    item.finish()
    return block
