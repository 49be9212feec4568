"""One measurement of OpenVINO GenAI on a GGUF file, as a process of its own; prints one JSON object.

    run_openvino.py MODEL THREADS speed STEPS         tokens/s of a prompt of some 510 tokens, and of decoding
    run_openvino.py MODEL THREADS prompt FILE         reads the prompt in FILE and generates one token
"""

import json
import random
import sys

import openvino_genai

WORDS = ("river stone morning paper window garden letter music winter bridge market story doctor engine island "
         "picture answer language kitchen summer").split()


def generate(pipeline, prompt, tokens):
    options = openvino_genai.GenerationConfig()
    options.max_new_tokens, options.ignore_eos, options.apply_chat_template = tokens, True, False
    return pipeline.generate([prompt], options).perf_metrics


def speed(pipeline, steps):
    # Two prompts, for it would know the same one again.
    choose = random.Random(7)
    warm_up, prompt = (" ".join(choose.choice(WORDS) for _ in range(510)) for _ in range(2))
    generate(pipeline, warm_up, 2)
    long = generate(pipeline, prompt, 2)
    short = generate(pipeline, "The river", steps)
    return {"prefill": long.get_num_input_tokens() / long.get_ttft().mean * 1000,
            "decode": 1000 / short.get_tpot().mean}


def main():
    model, threads, what, value = sys.argv[1:]
    pipeline = openvino_genai.LLMPipeline(model, "CPU", INFERENCE_NUM_THREADS=int(threads))
    if what == "speed":
        print(json.dumps(speed(pipeline, int(value))))
        return
    with open(value, encoding="utf-8") as file:
        generate(pipeline, file.read(), 1)
    print("{}")


if __name__ == "__main__":
    main()
