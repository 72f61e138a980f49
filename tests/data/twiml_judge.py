"""Builds each document of standard input (one JSON string a line) anew with PyPI twilio's own classes, and compares."""

import inspect
import json
import sys
import xml.etree.ElementTree as tree

from twilio.twiml.voice_response import VoiceResponse


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def add(parent, element):
    """Appends `element` to `parent` through the class's own method, which must know every attribute."""
    method = getattr(parent, snake(element.tag).lstrip("_"))
    known = inspect.signature(method).parameters
    words = {snake(key): value for key, value in element.attrib.items()}
    unknown = [key for key in words if key not in known]
    assert not unknown, f"<{element.tag}> has no {unknown}"
    if element.text:
        words["message"] = element.text
    child = method(**words)
    for inner in element:
        add(child, inner)


for line in sys.stdin:
    document = json.loads(line)
    assert len(document) <= 4000, f"{len(document)} characters"
    root = tree.fromstring(document.encode())
    assert root.tag == "Response" and not root.attrib and not root.text
    built = VoiceResponse()
    for element in root:
        add(built, element)
    same = tree.canonicalize(str(built)) == tree.canonicalize(document)
    assert same, f"{built}\n{document}"
    print("ok")
