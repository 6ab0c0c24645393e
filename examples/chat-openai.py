#!/usr/bin/env python3
"""Asks with OpenAI's own library (pip install openai): only the address is another one."""

import os
import sys

from openai import OpenAI

URL = os.environ.get("LLMQ_URL", "http://localhost:8080")

# The key is one of ours; the library wants one even where none is configured.
client = OpenAI(base_url=f"{URL}/v1", api_key=os.environ.get("LLMQ_KEY", "none"))

stream = client.chat.completions.create(
    model="auto",
    messages=[{"role": "user", "content": sys.argv[1] if len(sys.argv) > 1 else "Hello!"}],
    stream=True,
    # What OpenAI has no word for: here the best of the four priorities.
    extra_body={"priority": "realtime"},
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
