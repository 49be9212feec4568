#!/usr/bin/env python3
"""Writes chat_vectors.json: conversations, and what transformers' own apply_chat_template machinery makes of them, with
final messages to go on with and the parts that a model says.

  python3 make_chat_vectors.py [--output FILE]

Needs transformers 5. `text` is null for an error.
"""

import argparse
import copy
import json
import re
import warnings

from transformers.utils.chat_template_utils import render_jinja_template

from families import ASSISTANT, CHATS, FAMILIES, SYSTEM, USER

MARKED = [
    "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}é</s>{% endgeneration %}"
    "{% else %}{{ m.content }}{% endif %}\n{% endfor %}",
    "{%- for m in messages %}{{ m.content | trim }}{% generation %}{% if m.thinking %}({{ m.thinking }}){% endif %}"
    "{% generation %}é{% endgeneration %}{% endgeneration %}{% endfor %}",
    "a{% set x %}é{% generation %}b{% endgeneration %}{% endset %}{{ x }}{% generation %}{{ x }}{% endgeneration %}",
    "{% macro say(m) %}[{% generation %}{{ m.content }}{% endgeneration %}]{% endmacro %}"
    "{% for m in messages %}{{ say(m) }}{% endfor %}",
    "{%- for m in messages %}{{ m.content }}{% endfor %}",
    "{%- for m in messages %}{{ m['content'] | trim }}|{{ m.reasoning }}{% endfor %}",
    "{%- for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %};{% endfor %}",
    "{%- for m in messages %}{{ m.content | upper }}{% endfor %}",
    "{%- for m in messages %}{{ m.content[:3] }}{% endfor %}",
    "no one says anything: content",
]

FINALS = [
    [],
    [USER, {"role": "assistant", "content": "The answer is"}],
    [USER, {"role": "assistant", "content": "The answer is "}],
    [USER, {"role": "assistant", "content": "  spaced \n\n "}],
    [USER, {"role": "assistant", "content": ""}],
    [USER, {"role": "assistant", "content": "twice twice"}, {"role": "user", "content": "twice"}],
    [USER, {"role": "assistant", "content": "日本 é\u3000"}],
    [SYSTEM, USER, ASSISTANT],
    [USER, {"role": "assistant", "content": "Fine.", "reasoning_content": "because "}],
    [USER, {"role": "assistant", "content": "Fine.", "thinking": "a", "reasoning": "b"}],
    [USER, {"role": "assistant", "content": None, "reasoning": "hm"}],
    [USER, {"role": "assistant", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two "}, {"type": "image"}]}],
    [USER, {"role": "assistant", "content": [{"type": "image"}]}],
    [USER, {"role": "assistant", "content": []}],
    [USER, {"role": "assistant"}],
]
EXTRA = {"bos_token": "<s>", "eos_token": "</s>", "date_string": "26 Jul 2024"}


def rendered(template, messages, field, generation):
    try:
        texts, spans = render_jinja_template([copy.deepcopy(messages)], chat_template=template, return_assistant_tokens_mask=True,
                                             continue_final_message=field or False, add_generation_prompt=generation, **EXTRA)
    except Exception:
        return None, []
    return texts[0], spans[0] if spans else []


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", default="chat_vectors.json")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    # The day of writing must not be part of the answer.
    templates = [re.sub(r"strftime_now\([^)]*\)", "'today'", template) for template in FAMILIES] + MARKED
    vectors = []
    for index, template in enumerate(templates):
        for number, messages in enumerate(FINALS + CHATS):
            for field in ("", "content", "reasoning_content", "thinking"):
                for generation in (False, True) if not field else (False,):
                    text, spans = rendered(template, messages, field, generation)
                    if text is None and field in ("reasoning_content", "thinking") and "reasoning" not in str(messages):
                        continue  # Says no more than the others.
                    # Where a text was cut, transformers leaves the spans as they were.
                    spans = [] if field else spans
                    vectors.append({"template": index, "messages": number, "continue": field, "generation": generation,
                                    "text": text, "spans": spans})
    with open(options.output, "w", encoding="utf-8") as file:
        json.dump({"extra": EXTRA, "templates": templates, "conversations": FINALS + CHATS, "vectors": vectors}, file, ensure_ascii=False, separators=(",", ":"))
        file.write("\n")
    errors = sum(vector["text"] is None for vector in vectors)
    print(f"{options.output}: {len(vectors)} vectors, {errors} of them errors")


if __name__ == "__main__":
    main()
