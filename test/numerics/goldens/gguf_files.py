"""GGUF files of the goldens, written by the converter of llama.cpp from the same random weights.

The converter wants tokenizer files, which the tiny models do not have: its set_vocab is replaced by one that writes a
vocabulary of the right size: `<unk>`, `<s>`, `</s>`, `<|endoftext|>` (which llama.cpp looks up in Phi-3 files), `<4>`,
`<5>`, ...
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import save_file

import config_files
import reference
from models import Model, gguf_file


def _dummy_vocabulary(self) -> None:
    size = self.hparams["vocab_size"]
    writer = self.gguf_writer
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    named = [b"<unk>", b"<s>", b"</s>", b"<|endoftext|>"]
    writer.add_token_list(named + [f"<{i}>".encode() for i in range(len(named), size)])
    writer.add_token_scores([0.0] * size)
    writer.add_token_types([1] * size)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)


def _source(model: Model, seed: int, folder: Path) -> None:
    """A Hugging Face directory with f32 weights for the converter to read."""
    (folder / "config.json").write_text(config_files.text(model))
    weights = {n: torch.from_numpy(w) for n, w in reference.parameters(model, seed).items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tokens = {f"<{i}>": i for i in range(model.config["vocab_size"])}  # Gemma 3 counts them to cut the embedding
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": tokens}, "added_tokens": []}))


def _convert(model: Model, seed: int, out: Path, **split) -> None:
    import gguf
    from conversion import ModelBase, ModelType, get_model_architecture, get_model_class

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / model.name
        folder.mkdir()
        _source(model, seed, folder)
        parameters = ModelBase.load_hparams(folder, False)
        kind = get_model_class(get_model_architecture(parameters, ModelType.TEXT))
        kind.set_vocab = _dummy_vocabulary
        with torch.inference_mode():
            kind(folder, gguf.LlamaFileType.ALL_F32, out, model_name=model.name, **split).write()


def _tensors(model: Model) -> int:
    return len(reference.parameters(model, 1))


def write(models: list[Model], here: Path, llama_cpp: Path) -> None:
    os.environ["NO_LOCAL_GGUF"] = ""
    sys.path[:0] = [str(llama_cpp), str(llama_cpp / "gguf-py")]
    folder = here / "gguf"
    folder.mkdir(exist_ok=True)
    for model in models:
        seed = json.loads((here / model.name / "golden.json").read_text())["seed"]
        split = {"split_max_tensors": -(-_tensors(model) // model.gguf)} if model.gguf > 1 else {}
        _convert(model, seed, folder / f"{model.name}.gguf", **split)
        print(gguf_file(model), flush=True)
