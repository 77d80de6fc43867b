"""Reads what `freshwire export` wrote, with parsers that know nothing of Freshwire.

csv FILE          prints the records as a JSON array of arrays, read strictly by RFC 4180.
epcis FILE LOG    prints the events as JSON, after a check of the document against
                  epcis-events.json and, where EPCIS_SCHEMA names it, against the JSON schema that
                  GS1 publishes; of the identifiers against RFC 9562, for the log called LOG; and of
                  what no schema can say (TCR-53).
"""

import csv
import json
import os
import pathlib
import sys
import uuid

import jsonschema

# Attributes that may stand in the metadata or in the report, and not in both (TCR-53).
INLINE = {"time", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"}


def records(path):
    with open(path, newline="", encoding="utf-8") as file:
        text = file.read()
    assert text.endswith("\r\n"), "the last record is not ended by CR LF"
    print(json.dumps(list(csv.reader(text.splitlines(keepends=True), strict=True))))


def validate(document, schema):
    validator = jsonschema.Draft7Validator(
        schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER
    )
    faults = [f"{list(fault.absolute_path)}: {fault.message}" for fault in validator.iter_errors(document)]
    assert not faults, faults[:5]


def check_identifier(text, event, namespace):
    """The identifier is that of the event's text without it."""
    first = f'{{"eventID":"{event["eventID"]}",'
    start = text.index(first)
    rest = "{" + text[start + len(first) :]
    end = json.JSONDecoder().raw_decode(rest)[1]
    assert event["eventID"] == f"urn:uuid:{uuid.uuid5(namespace, rest[:end])}", event["eventID"]


def events(path, log):
    text = pathlib.Path(path).read_text(encoding="utf-8")
    document = json.loads(text)
    own = pathlib.Path(__file__).with_name("epcis-events.json")
    validate(document, json.loads(own.read_text()))
    published = os.environ.get("EPCIS_SCHEMA")
    if published:
        validate(document, json.loads(pathlib.Path(published).read_text()))
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:freshwire:log:{log}")
    found = document["epcisBody"]["eventList"]
    for event in found:
        check_identifier(text, event, namespace)
        for element in event.get("sensorElementList", []):
            for report in element["sensorReport"]:
                both = INLINE & set(report) & set(element["sensorMetadata"])
                assert not both, both
    assert len({event["eventID"] for event in found}) == len(found)
    print(json.dumps(found))


if sys.argv[1] == "csv":
    records(sys.argv[2])
else:
    events(sys.argv[2], sys.argv[3])
