"""A picture as input: `python image.py picture.png`."""

import base64
import mimetypes
import sys
from pathlib import Path

from openresponses import Client

path = Path(sys.argv[1])
kind = mimetypes.guess_type(path.name)[0] or "image/png"
url = f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"

request = {
    "model": "claude-sonnet-4-5",
    "input": [
        {
            "type": "message",
            "role": "user",
            "content": [
                {"type": "input_text", "text": "What do you see?"},
                {"type": "input_image", "image_url": url},
            ],
        }
    ],
}

with Client("anthropic") as client:
    response = client.create(request)
for item in response["output"]:
    if item["type"] == "message":
        print(item["content"][0].get("text"))
