#!/usr/bin/env python3
"""Writes vectors/overflow.json: what Hugging Face `tokenizers` 0.23 cuts off of texts and pairs, and how the parts look
with special tokens and padding. Uses the models and texts that make_tokenizer_vectors.py has written.

    make_overflow_vectors.py
"""
import itertools
import json
import pathlib

from tokenizers import Tokenizer

from make_tokenizer_vectors import added, assemble, byte_level, part, template

VECTORS = pathlib.Path(__file__).parent / "vectors"


def make_tokenizers():
    cls_sep = template(("[CLS]", 2), "$A", ("[SEP]", 3))
    ends = dict(sep=["[SEP]", 3], cls=["[CLS]", 2])
    special = [added(t) for t in ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]]
    processors = dict(template=cls_sep,
                      bert=part("BertProcessing", **ends),
                      roberta=part("RobertaProcessing", trim_offsets=True, add_prefix_space=False, **ends),
                      bytes=part("ByteLevel", add_prefix_space=True, trim_offsets=True, use_regex=True),
                      none=None)
    cuts = [("Right", "LongestFirst", 9, 2), ("Left", "LongestFirst", 9, 3), ("Right", "OnlyFirst", 12, 0),
            ("Left", "OnlySecond", 11, 1), ("Right", "LongestFirst", 7, 0), ("Left", "LongestFirst", 5, 1),
            ("Right", "LongestFirst", 3, 0), ("Right", "LongestFirst", 4, 3)]
    paddings = [None, dict(strategy="BatchLongest", direction="Right", pad_to_multiple_of=4),
                dict(strategy={"Fixed": 10}, direction="Left", pad_to_multiple_of=None)]
    for i, ((name, processor), cut) in enumerate(itertools.product(processors.items(), cuts)):
        direction, strategy, length, stride = cut
        padding = paddings[i % len(paddings)]
        yield dict(added_tokens=special,
                   pre_tokenizer=part("BertPreTokenizer") if name != "bytes" else part("Whitespace"),
                   post_processor=processor,
                   truncation=dict(direction=direction, strategy=strategy, max_length=length, stride=stride),
                   padding=padding and dict(padding, pad_id=0, pad_type_id=5, pad_token="[PAD]"))


def row(encoding):
    return [encoding.ids, encoding.type_ids, [place for pair in encoding.offsets for place in pair]]


def main():
    model = json.loads((VECTORS / "models.json").read_text())["pieces"]
    texts = [text for text in json.loads((VECTORS / "texts.json").read_text()) if len(text) > 4][:9]
    texts += ["the quick brown fox jumps over the lazy dog", "a", ""]
    results = []
    for members in make_tokenizers():
        table = assemble(model, {}, members)
        tokenizer = Tokenizer.from_str(json.dumps(table))
        rows = []
        for first, second, special in itertools.product(range(len(texts)), (None, 2, 9, 10), (True, False)):
            try:
                pair = None if second is None else texts[second]
                encoding = tokenizer.encode(texts[first], pair, add_special_tokens=special)
                parts = [row(encoding)] + [row(overflowing) for overflowing in encoding.overflowing]
            except BaseException:  # What cannot be made to fit; of a stride that is too long, a panic.
                parts = None
            if len(parts or []) != 1 and len(json.dumps(parts)) < 3000:
                rows.append([first, second, special, parts])
        del table["model"]
        results.append({"tokenizer": table, "rows": rows[::5]})
    text = json.dumps({"texts": texts, "tests": results}, separators=(",", ":"))
    (VECTORS / "overflow.json").write_text(text.replace('},{"tokenizer"', '},\n{"tokenizer"') + "\n")


if __name__ == "__main__":
    main()
