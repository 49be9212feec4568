"""GGUF files of the Llama family whose matrices are made-up blocks of one type: their text means nothing.

Norms are f32 and ones; the tokenizer has a token of a letter or two for each id. Needs the packages gguf and numpy.
"""

import gguf
import numpy

# Where the scales in f16 lie in a block, in bytes, and their sizes in proportion: the scale of the minimums of blocks
# is as many times larger as the mean of the quants, so that values have the mean 0 as those of real models have.
SCALES = {"Q4_K": {0: 1, 2: 7.5}, "Q5_K": {0: 1, 2: 15.5}, "Q6_K": {208: 1}}


def blocks(type_name, rows, columns, draw):
    """A matrix of that type as bytes, its values of about the variance 1 / columns."""
    kind = gguf.GGMLQuantizationType[type_name]
    if type_name not in SCALES:
        values = draw.standard_normal((rows, columns), dtype=numpy.float32) / numpy.float32(columns) ** 0.5
        return gguf.quants.quantize(values, kind), kind
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    found = draw.integers(0, 256, (rows, columns // elements, size), dtype=numpy.uint8)
    deviation = gguf.quants.dequantize(scaled(found, type_name, 1)[:8], kind).std()
    return scaled(found, type_name, columns**-0.5 / deviation), kind


def scaled(found, type_name, size):
    """The same blocks with scales of that size, row by row."""
    for offset, proportion in SCALES[type_name].items():
        found[..., offset:offset + 2] = numpy.array([size * proportion], numpy.float16).view(numpy.uint8)
    return found.reshape(len(found), -1)


def add_header(writer, config):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_dimension_count(config["head_dim"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])


def add_tokenizer(writer, count):
    named = [b"<unk>", b"<s>", b"</s>"]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(named + [f"<{i}>".encode() for i in range(len(named), count)])
    writer.add_token_scores([0.0] * count)
    writer.add_token_types([int(gguf.TokenType.NORMAL)] * count)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def matrices(config):
    """Name, rows and columns of each."""
    hidden, inner, head = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    wide, narrow = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    yield "token_embd", config["vocab_size"], hidden
    yield "output", config["vocab_size"], hidden
    for layer in range(config["num_hidden_layers"]):
        for name, rows, columns in (("attn_q", wide, hidden), ("attn_k", narrow, hidden), ("attn_v", narrow, hidden),
                                    ("attn_output", hidden, wide), ("ffn_gate", inner, hidden),
                                    ("ffn_up", inner, hidden), ("ffn_down", hidden, inner)):
            yield f"blk.{layer}.{name}", rows, columns


def write(path, type_name, config, seed):
    draw = numpy.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(f"made-up blocks of {type_name}")
    add_header(writer, config)
    add_tokenizer(writer, config["vocab_size"])
    for name, rows, columns in matrices(config):
        values, kind = blocks(type_name, rows, columns, draw)
        writer.add_tensor(f"{name}.weight", values, raw_dtype=kind)
    norms = ["output_norm"] + [f"blk.{layer}.{name}" for layer in range(config["num_hidden_layers"])
                               for name in ("attn_norm", "ffn_norm")]
    for name in norms:
        writer.add_tensor(f"{name}.weight", numpy.ones(config["hidden_size"], numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
