"""The golden vectors are what their generator writes today."""

import generate
from page import Page


def test_the_vectors_are_up_to_date():
    messages = Page().messages | generate.ENVELOPE
    again = "run Tests/Vectors/generate.py"
    assert (generate.HERE / "messages.txt").read_text() == generate.messages_text(messages), again
    assert (generate.HERE / "frames.txt").read_text() == generate.frames_text(messages), again
