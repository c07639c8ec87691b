#!/usr/bin/env python3
"""Exports the English diagnostic-trouble-code catalogue of the PyPI package obd-diag to codes.tsv.

    python3 -m pip download obd-diag==0.2.2 --no-deps --only-binary :all: --python-version 3.12 --dest /tmp/obd-diag
    python3 knowledge/manuals/dtc/export.py /tmp/obd-diag/obd_diag-0.2.2-py3-none-any.whl

Needs nothing but Python 3.9 or later. The same wheel always gives the same bytes.
"""

import hashlib
import pathlib
import sqlite3
import sys
import tempfile
import zipfile

CATALOGUE = "obd_diag/data/dtc_catalog.sqlite"
COLUMNS = [
    "code", "category", "title", "description", "symptoms", "causes", "difficulty", "diy", "cost_eur_min",
    "cost_eur_max", "hours_min", "hours_max", "mil", "emissions", "limp_mode", "related",
]
CODES = """
    SELECT code, category, title_en, description_en, repair_difficulty, diy_possible, cost_eur_min, cost_eur_max,
           hours_min, hours_max, mil, emissions_relevant, limp_mode_possible, related_codes
    FROM dtc ORDER BY code
"""
# Lists share one cell: symptoms are parted by " | ", causes are "likelihood: text" parted by " | ".
SEPARATOR = " | "


def cell(value):
    """A value as text in one cell; empty when unknown."""
    text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return " ".join(text.split())


def lists(database, query):
    """The texts of each code in their order."""
    found = {}
    for code, text in database.execute(query):
        assert SEPARATOR not in text, f"{code}: {text}"
        found.setdefault(code, []).append(cell(text))
    return found


def rows(database):
    symptoms = lists(database, "SELECT code, text_en FROM symptom ORDER BY code, pos")
    causes = lists(database, "SELECT code, likelihood || ': ' || label_en FROM cause ORDER BY code, pos")
    for row in database.execute(CODES):
        code, category, title, description, *rest = row
        texts = [SEPARATOR.join(symptoms.get(code, [])), SEPARATOR.join(causes.get(code, []))]
        yield [cell(value) for value in [code, category, title, description, *texts, *rest]]


def main(wheel):
    target = pathlib.Path(__file__).with_name("codes.tsv")
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel) as archive:
            path = archive.extract(CATALOGUE, folder)
        database = sqlite3.connect(path)
        table = [COLUMNS, *rows(database)]
        database.close()
    content = "".join("\t".join(row) + "\n" for row in table).encode()
    target.write_bytes(content)
    print(f"{len(table) - 1} codes, {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
