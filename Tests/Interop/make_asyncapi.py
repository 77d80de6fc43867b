"""Makes Documentation/asyncapi.yaml from the catalogue of messages, fabric.yaml, and schemas of
Documentation/openapi.yaml.

make_asyncapi.py [CATALOGUE]   writes the document
make_asyncapi.py --print       prints it
"""

import copy
import re
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
DOCUMENT = ROOT / "Documentation" / "asyncapi.yaml"
HEADER = """\
# Made by Tests/Interop/make_asyncapi.py from Catalogue/messages.yaml, Tests/Interop/fabric.yaml and
# Documentation/openapi.yaml. A test makes it anew and compares.

"""
INSTANT = {"$ref": "#/components/schemas/Instant"}
# Where messages are signed.
SIGNATURE = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
NAME = {"$ref": "#/components/schemas/Name"}


def load(path):
    return yaml.safe_load(Path(path).read_text(encoding="utf-8"))


def closed(properties, required):
    return {"type": "object", "additionalProperties": False, "required": list(required),
            "properties": properties}


def key(name):
    """A name as the key of a component may be."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def snake(name, order):
    if name == "orderId":
        return order
    return re.sub(r"[A-Z]", lambda letter: "_" + letter.group().lower(), name)


class Maker:
    def __init__(self, catalogue):
        self.catalogue = load(catalogue)["messages"]
        self.source = load(HERE / "fabric.yaml")
        self.openapi = load(ROOT / "Documentation" / "openapi.yaml")["components"]["schemas"]
        self.schemas = {}
        self.messages = {}
        self.channels = {}
        self.operations = {}

    # Schemas.

    def taken(self, schema):
        """A schema with what it refers to in the REST description taken over."""
        if isinstance(schema, list):
            return [self.taken(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            self.take(name)
            rest = {word: value for word, value in schema.items() if word != "$ref"}
            reference = {"$ref": f"#/components/schemas/{name}"}
            # Beside a reference nothing counts in the schemas of AsyncAPI.
            return {"allOf": [reference], **rest} if rest else reference
        return {word: self.taken(value) for word, value in schema.items()}

    def take(self, name):
        if name in self.schemas:
            return
        self.schemas[name] = None
        schema = copy.deepcopy(self.openapi[name])
        # What webhooks are numbered by, other messages have an identifier for.
        if "sequence" in schema.get("properties", {}) and name.endswith("Data"):
            del schema["properties"]["sequence"]
            schema["required"].remove("sequence")
        self.schemas[name] = self.taken(schema)

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    def snaked(self, schema, order):
        """The schema with the names of members in lower case."""
        properties = schema.get("properties")
        if properties is None:
            return schema
        names = {name: snake(name, order) for name in properties}
        inner = {}
        for name, value in properties.items():
            target = self.resolved(value)
            has_members = isinstance(target, dict) and "properties" in target
            inner[names[name]] = self.snaked(target, order) if has_members else value
        return {**schema, "properties": inner,
                "required": [names[name] for name in schema.get("required", [])]}

    def field(self, field):
        kind = field["kind"]
        if kind == "identifier":
            return NAME
        if kind == "instant":
            return {"type": "string", "format": "date-time"}
        schema = {"type": {"enum": "string"}.get(kind, kind)}
        if kind == "enum":
            schema = {"enum": list(field["values"])}
        if "bytes" in field:
            schema["description"] = f"At most {field['bytes']} bytes."
        for word in ["minimum", "maximum", "default"]:
            if word in field:
                value = field[word]
                schema[word] = float(value) if isinstance(value, str) else value
        return schema

    def fields(self, message, told):
        """What a message of the catalogue says; `told` leaves out what only says where it goes."""
        chosen = {name: field for name, field in message.get("fields", {}).items()
                  if not (told and field.get("address"))}
        # What is filled in need not be said, and is always told; so is what has a default.
        required = [
            name for name, field in chosen.items()
            if ("default" in field and told)
            or (field.get("required") and (told or "filled" not in field))]
        return closed({name: self.field(field) for name, field in chosen.items()}, required)

    # Envelopes.

    def envelope(self, dialect, name, data, message):
        """The whole of what a channel tells."""
        if dialect == "wia":
            return closed({
                "type": {"const": name}, "id": {"type": "string"}, "timestamp": INSTANT,
                "payload": data, "signature": SIGNATURE}, ["type", "id", "timestamp", "payload"])
        if dialect == "tabletap":
            members = {
                "type": {"const": name}, "data": data, "channel": {"type": "string"},
                "timestamp": INSTANT, "messageId": {"type": "string"},
                "sequence": {"type": "integer", "minimum": 1}, "version": {"const": "1.0"},
                "signature": SIGNATURE}
            required = [member for member in members if member != "signature" and (
                member != "sequence" or message.get("class") != "state")]
            return closed(members, required)
        if dialect == "tracking":
            members = {
                "event": {"const": name}, "orderId": {"type": "string"}, "timestamp": INSTANT,
                "data": data}
            required = list(members)
            if message.get("class") != "state":
                members["id"] = {"type": "string"}
                required.append("id")
            return closed(members, required)
        if dialect == "booking":
            data = self.snaked(self.resolved(data), "booking_id")
            return closed(
                {"type": {"const": name}, **data["properties"], "timestamp": INSTANT,
                 "message_id": {"type": "string"}},
                ["type", *data["required"], "timestamp", "message_id"])
        if dialect == "socketio":
            return self.arguments([data, {"type": "string", "description": "Its identifier."}])
        return data

    def arguments(self, schemas, least=None):
        return {"type": "array", "items": schemas, "additionalItems": False,
                "minItems": len(schemas) if least is None else least}

    def answer(self, dialect, name, entry):
        """The whole of what one client is told."""
        if "whole" in entry:
            return self.taken(entry["whole"])
        if "arguments" in entry:
            return self.arguments(self.taken(entry["arguments"]), least=1)
        if "members" in entry:
            members = self.taken(entry["members"])
            return closed({"type": {"const": name}, **members.get("properties", {})},
                          ["type", *members.get("required", [])])
        data = self.taken(entry["data"])
        if dialect == "wia":
            return self.envelope(dialect, name, data, {})
        if dialect == "tabletap":
            return closed({
                "type": {"const": name}, "data": data, "timestamp": INSTANT,
                "correlationId": {"type": "string"}, "version": {"const": "1.0"}},
                ["type", "data", "timestamp", "version"])
        if dialect == "tracking":
            return closed({
                "event": {"const": name}, "orderId": {"type": "string"}, "timestamp": INSTANT,
                "data": data}, ["event", "timestamp", "data"])
        return data

    def request(self, dialect, name, data):
        """The whole of what a client sends."""
        time = {"type": ["string", "null"], "format": "date-time"}
        if dialect == "wia":
            return {"type": "object", "required": ["type", "id"], "properties": {
                "type": {"const": name}, "id": {"type": "string", "minLength": 1},
                "timestamp": time, "payload": data}}
        if dialect == "tabletap":
            return {"type": "object", "required": ["type"], "properties": {
                "type": {"const": name}, "data": data, "timestamp": time,
                "messageId": {"type": ["string", "null"]},
                "correlationId": {"type": ["string", "null"]}, "version": {"const": "1.0"}}}
        if dialect == "booking":
            data = self.snaked(data, "booking_id")
            return {"type": "object", "required": ["type", *data["required"]], "properties": {
                "type": {"const": name}, "message_id": {"type": "string"}, "timestamp": time,
                **data["properties"]}}
        if dialect == "socketio":
            data = self.snaked(data, "order_id")
            return self.arguments([{**data, "additionalProperties": True}])
        return data

    # Messages.

    def own(self, dialect, type_, message):
        """What a dialect says of what Freshwire tells by itself: its name, and the whole."""
        name = message["forms"][dialect]
        instead = self.source["instead"].get(dialect, {}).get(type_)
        if dialect == "tabletap" and name == "alert":
            instead = self.source["instead"]["tabletap"]["alert"]
        if dialect == "booking" and instead:
            return name, self.taken(instead)
        written = instead or self.source["own"].get(type_)
        # Without words of a dialect's own, what the catalogue says of it is all.
        data = self.taken(written) if written else self.fields(message, told=True)
        if dialect == "wia" and message.get("class") == "state":
            # To whoever asked for changes only.
            changed = {"delta": {"const": True}, **data["properties"], "removed": {
                "type": "array", "items": {"type": "string"}}}
            data = {"anyOf": [data, closed(changed, ["delta"])]}
        return name, self.envelope(dialect, name, data, message)

    def add(self, dialect, direction, name, summary, payload, **further):
        identifier = f"{dialect}.{key(name)}" + (".asked" if direction == "receive" else "")
        known = self.messages.get(identifier)
        if known:
            if known["payload"] != payload:
                choices = known["payload"].get("anyOf", [known["payload"]])
                if payload not in choices:
                    known["payload"] = {"anyOf": [*choices, payload]}
            return
        self.messages[identifier] = {
            "name": name, "summary": summary, "contentType": "application/json", **further,
            "payload": payload}
        self.channels[dialect]["messages"][key(name) + (
            ".asked" if direction == "receive" else "")] = {
                "$ref": f"#/components/messages/{identifier}"}
        operation = f"{dialect}.{direction}"
        self.operations.setdefault(operation, {
            "action": direction, "channel": {"$ref": f"#/channels/{dialect}"},
            "title": "What is told" if direction == "send" else "What clients ask",
            "messages": []})["messages"].append({
                "$ref": f"#/channels/{dialect}/messages/" + key(name) + (
                    ".asked" if direction == "receive" else "")})

    def dialect(self, dialect, described):
        self.channels[dialect] = {
            "address": described["address"], "title": described["title"],
            "description": described["description"],
            "servers": [{"$ref": f"#/servers/{described['server']}"}], "messages": {}}
        if described["server"] == "web":
            self.channels[dialect]["bindings"] = {"ws": {"method": "GET", "bindingVersion": "0.1.0"}}
        for type_, message in self.catalogue.items():
            if dialect not in message.get("forms", {}):
                continue
            # What has no words of its own is told with the fields that the catalogue says.
            if type_ in self.source["own"]:
                name, payload = self.own(dialect, type_, message)
            else:
                name = message["forms"][dialect]
                data = {"$ref": f"#/components/schemas/{key(type_)}"}
                self.schemas.setdefault(key(type_), self.fields(message, told=True))
                if dialect == "socketio":
                    data = self.snaked(self.resolved(data), "order_id")
                payload = self.envelope(dialect, name, data, message)
            self.add(dialect, "send", name, message["summary"], payload, **{
                "x-type": type_, "x-class": message.get("class", "record"),
                "x-critical": message.get("critical", False),
                "x-channels": list(message["channels"])})
        accepted = [message["accepted"][dialect] for message in self.catalogue.values()
                    if dialect in message.get("accepted", {})]
        for name, entry in self.source["answers"][dialect].items():
            names = [name.format(accepted=word) for word in accepted] if "{" in name else [name]
            for word in names:
                self.add(dialect, "send", word, entry["summary"], self.answer(dialect, word, entry))
        for name, entry in self.source["requests"].get(dialect, {}).items():
            if "data" in entry:
                payload = self.request(dialect, name, self.taken(entry["data"]))
            elif "members" in entry:
                members = entry["members"]
                payload = {
                    "type": "object", "required": ["type", *members.get("required", [])],
                    "properties": {"type": {"const": name}, **members.get("properties", {})}}
            else:
                payload = self.answer(dialect, name, entry)
            self.add(dialect, "receive", name, entry["summary"], payload)
        for type_, message in self.catalogue.items():
            if dialect in message.get("accepted", {}):
                name = message["accepted"][dialect]
                data = self.fields(message, told=False)
                # The user's own identifier and site are filled in.
                filled = {terms.get(word) for terms in message["publishers"]
                          for word in ["own", "site"]}
                data["required"] = [word for word in data["required"] if word not in filled]
                del data["additionalProperties"]
                self.add(dialect, "receive", name, message["summary"],
                         self.request(dialect, name, data), **{
                             "x-type": type_, "x-publishers": message["publishers"]})

    def topic(self, name, topic):
        payload = topic["payload"]
        if payload == "catalogue":
            payload = self.published()
        self.channels[name] = {
            "address": topic["address"], "title": topic["summary"],
            "description": topic.get("description", topic["summary"]),
            "servers": [{"$ref": "#/servers/broker"}],
            "messages": {name: {"$ref": f"#/components/messages/mqtt.{name}"}}}
        if "parameters" in topic:
            self.channels[name]["parameters"] = {
                word: {"description": text} for word, text in topic["parameters"].items()}
        self.messages[f"mqtt.{name}"] = {
            "name": name, "summary": topic["summary"], "contentType": "application/json",
            "payload": self.taken(payload)}
        if "examples" in topic:
            self.messages[f"mqtt.{name}"]["examples"] = [
                {"payload": example} for example in topic["examples"]]
        self.operations[f"mqtt.{name}"] = {
            "action": topic["action"], "channel": {"$ref": f"#/channels/{name}"},
            "title": topic["summary"],
            "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
            "bindings": {"mqtt": {
                "qos": 1, **({"retain": True} if topic.get("retained") else {}),
                "bindingVersion": "0.2.0"}}}

    def published(self):
        """A message as the REST API and MQTT take it."""
        choices = []
        for type_, message in self.catalogue.items():
            if message.get("effect") == "own":
                continue
            choices.append(closed({
                "id": {"type": "string", "minLength": 1}, "type": {"const": type_},
                "timestamp": {"type": ["string", "null"], "format": "date-time"},
                "data": self.fields(message, told=False)}, ["id", "type"]))
        return {"description": "A repetition is known by its id.", "oneOf": choices}

    def document(self):
        self.take("Instant")
        self.take("Name")
        for dialect, described in self.source["dialects"].items():
            self.dialect(dialect, described)
        for name, topic in self.source["topics"].items():
            self.topic(name, topic)
        return {
            "asyncapi": "3.0.0", "info": self.source["info"],
            "defaultContentType": "application/json", "servers": self.source["servers"],
            "channels": self.channels, "operations": self.operations,
            "components": {
                "securitySchemes": self.source["securitySchemes"], "messages": self.messages,
                "schemas": self.schemas}}


class Dumper(yaml.SafeDumper):
    """Writes small things in one line, and longer texts as blocks."""

    def ignore_aliases(self, data):
        return True


def is_small(value, depth=0):
    if isinstance(value, dict):
        return depth < 2 and all(is_small(item, depth + 1) for item in value.values())
    if isinstance(value, list):
        return depth < 2 and all(not isinstance(item, (dict, list)) for item in value)
    return not isinstance(value, str) or "\n" not in value


def represent(dumper, data, tag, kind):
    node = kind(dumper, tag, data)
    flat = yaml.safe_dump(data, default_flow_style=True, width=10_000, allow_unicode=True)
    node.flow_style = bool(data) and is_small(data) and len(flat) < 100 or not data
    return node


Dumper.add_representer(dict, lambda dumper, data: represent(
    dumper, data, "tag:yaml.org,2002:map",
    lambda d, tag, value: d.represent_mapping(tag, value.items())))
Dumper.add_representer(list, lambda dumper, data: represent(
    dumper, data, "tag:yaml.org,2002:seq",
    lambda d, tag, value: d.represent_sequence(tag, value)))
Dumper.add_representer(str, lambda dumper, data: dumper.represent_scalar(
    "tag:yaml.org,2002:str", data, style="|" if "\n" in data else None))


def text(catalogue=ROOT / "Catalogue" / "messages.yaml"):
    return HEADER + yaml.dump(
        Maker(catalogue).document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=128)


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(text())
    else:
        DOCUMENT.write_text(text(*sys.argv[1:]), encoding="utf-8")
