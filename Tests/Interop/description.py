"""What Documentation/openapi.yaml says, to hold answers and webhooks against."""

import json
from pathlib import Path
from urllib.parse import quote

import yaml
from jsonschema import Draft202012Validator, FormatChecker, validators
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOCUMENTATION = Path(__file__).resolve().parents[2] / "Documentation"
METHODS = ["get", "head", "post", "patch", "delete", "options"]


class Mismatch(AssertionError):
    """What was said is not what the description says."""


def pointer(*parts):
    return "#/" + "/".join(
        quote(str(part).replace("~", "~0").replace("/", "~1"), safe="~{}$") for part in parts)


# The members of schemas that something was seen of, each by its schema and its name.
_seen = {}


def _properties(validator, properties, instance, schema):
    if isinstance(instance, dict):
        for name in instance:
            if name in properties:
                _seen[id(properties[name]), name] = properties[name]
    return Draft202012Validator.VALIDATORS["properties"](validator, properties, instance, schema)


Validator = validators.extend(Draft202012Validator, {"properties": _properties})


class Document:
    """A document of schemas that refer to each other."""

    def __init__(self, path):
        self.tree = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        self.registry = Registry().with_resource(
            "urn:document", DRAFT202012.create_resource(self.tree))
        self.validators = {}

    def at(self, *parts):
        node = self.tree
        for part in parts:
            node = node[part]
        return node

    def resolved(self, node):
        """What a reference stands for."""
        while "$ref" in node:
            node = self.at(*node["$ref"].removeprefix("#/").split("/"))
        return node

    def unseen_members(self, node, place=""):
        """The places of members that are described and that nothing held yet."""
        if isinstance(node, list):
            for index, item in enumerate(node):
                yield from self.unseen_members(item, f"{place}/{index}")
        elif isinstance(node, dict):
            for name, value in node.items():
                if name == "properties" and not place.endswith("/properties"):
                    for member, schema in value.items():
                        if (id(schema), member) not in _seen:
                            yield f"{place}/{member}"
                yield from self.unseen_members(value, f"{place}/{name}")

    def check(self, value, what, *parts):
        """Against the schema at a place."""
        if parts not in self.validators:
            self.validators[parts] = Validator(
                {"$ref": "urn:document" + pointer(*parts)}, registry=self.registry,
                format_checker=FormatChecker())
        errors = sorted(self.validators[parts].iter_errors(value), key=lambda error: error.path)
        if errors:
            lines = [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}"
                     for error in errors[:5]]
            raise Mismatch(f"{what}: {'; '.join(lines)} in {json.dumps(value)[:2000]}")


class Operation:
    def __init__(self, document, path, method):
        self.document, self.path, self.method = document, path, method
        self.item = document.at("paths", path)
        self.node = self.item[method]
        self.id = self.node["operationId"]
        self.roles = self.node.get("x-roles", [])
        self.parameters = [
            document.resolved(parameter)
            for parameter in self.item.get("parameters", []) + self.node.get("parameters", [])]
        content = self.node.get("requestBody", {}).get("content", {})
        self.examples = {
            name: example["value"]
            for name, example in content.get("application/json", {}).get("examples", {}).items()}
        self.seen = set()

    @property
    def needs_token(self):
        return self.node.get("security") != []

    @property
    def answers(self):
        return set(self.node["responses"])

    def target(self, **given):
        """The path, with the examples of its parameters where none are given; a parameter of the
        query that is not given is left out."""
        path, query = self.path, []
        for parameter in self.parameters:
            name = parameter["name"]
            if parameter["in"] == "path":
                value = given.pop(name, parameter.get("example"))
                path = path.replace("{%s}" % name, quote(str(value), safe=""))
            elif parameter["in"] == "query" and name in given:
                query.append(f"{name}={quote(str(given.pop(name)), safe=',')}")
        if given:
            raise Mismatch(f"{self.id} has no parameters {list(given)}")
        return path + ("?" + "&".join(query) if query else "")

    def query_examples(self):
        """Each parameter of the query with an example, as texts."""
        for parameter in self.parameters:
            if parameter["in"] == "query" and "example" in parameter:
                example = parameter["example"]
                yield parameter["name"], (
                    str(example).lower() if isinstance(example, bool) else example)

    def check_body(self, body):
        """That a request's body is one that is described."""
        self.document.check(
            body, f"request of {self.id}", "paths", self.path, self.method, "requestBody",
            "content", "application/json", "schema")

    def check_answer(self, status, headers, body):
        """That an answer is one of those that are described."""
        what = f"{self.id} ({self.method.upper()} {self.path}) {status}"
        if str(status) not in self.node["responses"]:
            raise Mismatch(f"{what}: this status is not described: {body[:500]}")
        self.seen.add(str(status))
        place = ["paths", self.path, self.method, "responses", str(status)]
        node = self.document.at(*place)
        while "$ref" in node:
            place = node["$ref"].removeprefix("#/").split("/")
            node = self.document.at(*place)
        for name, header in node.get("headers", {}).items():
            self.document.check(
                integer_or_text(headers.get(name), header["schema"]), f"{what}: {name}", *place,
                "headers", name, "schema")
        if "content" not in node or self.method == "head":
            if body:
                raise Mismatch(f"{what}: a body that is not described: {body[:200]}")
            return None
        content_type = headers.get("content-type")
        if content_type not in node["content"]:
            raise Mismatch(f"{what}: content type {content_type}")
        place += ["content", content_type]
        media = node["content"][content_type]
        if "x-lines" in media:
            value = [json.loads(line) for line in body.splitlines()]
            for line in value:
                self.document.check(line, what, *place, "schema")
            return value
        value = json.loads(body) if content_type.split("+")[-1].endswith("json") else body
        self.document.check(value, what, *place, "schema")
        return value


def integer_or_text(value, schema):
    return int(value) if value is not None and schema.get("type") == "integer" else value


class Description(Document):
    def __init__(self, path=DOCUMENTATION / "openapi.yaml"):
        super().__init__(path)
        self.operations = {}
        for path, item in self.tree["paths"].items():
            for method in METHODS:
                if method in item:
                    operation = Operation(self, path, method)
                    self.operations[operation.id] = operation

    def __getitem__(self, identifier):
        return self.operations[identifier]

    def methods(self, path):
        """In capitals."""
        return {method.upper() for method in METHODS if method in self.tree["paths"][path]}

    def check_examples(self):
        """That every example is what its schema says."""
        for place in self.media(self.tree, ()):
            media = self.at(*place)
            examples = {name: value["value"] for name, value in media.get("examples", {}).items()}
            if "example" in media:
                examples["example"] = media["example"]
            for name, value in examples.items():
                self.check(value, "/".join(map(str, place)) + " " + name, *place, "schema")

    def media(self, node, place):
        if isinstance(node, dict):
            if isinstance(node.get("content"), dict):
                for name in node["content"]:
                    yield (*place, "content", name)
            for name, value in node.items():
                yield from self.media(value, (*place, name))

    def webhook(self, event):
        for name, item in self.tree["webhooks"].items():
            schema = item["post"]["requestBody"]["content"]["application/json"]["schema"]
            if schema["properties"]["event"]["const"] == event:
                return name
        raise Mismatch(f"the webhook {event} is not described")

    def check_webhook(self, headers, body):
        """Answers the name under which it is described."""
        value = json.loads(body)
        name = self.webhook(value["event"])
        self.check(
            value, f"webhook {name}", "webhooks", name, "post", "requestBody", "content",
            "application/json", "schema")
        for index, parameter in enumerate(self.tree["webhooks"][name]["post"]["parameters"]):
            self.check(
                headers.get(parameter["name"].lower()), f"webhook {name}: {parameter['name']}",
                "webhooks", name, "post", "parameters", index, "schema")
        return name
