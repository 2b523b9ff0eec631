"""Times other engines on a network that `myops` has written as an ONNX file; `cargo xtask bench` calls this.

    peers.py infer NETWORK.onnx --slices 5       ONNX Runtime, and OpenVINO in 32 bits and in its own choice
    peers.py train NETWORK.onnx --slices 8       a training step in PyTorch: soft Dice loss, gradients, Adam
    peers.py segment NETWORK.onnx --cases DATA --out OUT    label maps of the cases of MyoPS, by ONNX Runtime and nibabel

The last is what a user would write around `myops export runet --onnx NETWORK.onnx`, and writes label maps alone. Prints a line of JSON for each engine: its name, precision, the shortest and the median time in ms, and for a training
step the most memory held, in MiB. An engine that is not installed is left out.
"""

import argparse
import json
import resource
import statistics
import sys
import time

import numpy as np

SIDE = 256
WARM_UP = 2
SECONDS = 3.0


def timed(call):
    """Milliseconds of each call, the first ones left out."""
    for _ in range(WARM_UP):
        call()
    times, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    return {"min_ms": round(min(times), 2), "median_ms": round(statistics.median(times), 2)}


def told(engine, precision, times, **more):
    print(json.dumps({"engine": engine, "precision": precision, **times, **more}), flush=True)


def slices(n):
    """Images `[N, C, H, W]`, the same values as in this project's own timing."""
    values = np.modf(np.arange(n * SIDE * SIDE * 3, dtype=np.float32) * np.float32(0.618))[0]
    return np.ascontiguousarray(values.reshape(n, SIDE, SIDE, 3).transpose(0, 3, 1, 2))


def in_onnx_runtime(path, x, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    told("ONNX Runtime " + onnxruntime.__version__, "f32", timed(lambda: session.run(None, {name: x})))


def in_openvino(path, x, threads):
    import openvino

    core = openvino.Core()
    version = openvino.__version__.split("-")[0]
    plain = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    for precision in ["f32", "default"]:
        settings = plain if precision == "default" else {**plain, "INFERENCE_PRECISION_HINT": "f32"}
        network = core.compile_model(path, "CPU", settings)
        chosen = network.get_property("INFERENCE_PRECISION_HINT").get_type_name()
        if precision == "default" and chosen == "f32":
            continue
        told("OpenVINO " + version, chosen, timed(lambda: network(x)))


def in_pytorch(path, n, threads, precision):
    import onnx
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    graph = onnx.load(path).graph
    network = network_of(graph, torch).train().to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    x = torch.from_numpy(slices(n)).contiguous(memory_format=torch.channels_last)
    target = (torch.rand(n, graph.output[0].type.tensor_type.shape.dim[1].dim_value, SIDE, SIDE) > 0.8).float()

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            p = network(x)
        p, axes = p.float(), (0, 2, 3)
        dice = (2 * (p * target).sum(axes) + 1e-5) / (p.sum(axes) + target.sum(axes) + 1e-5)
        optimiser.zero_grad()
        (1 - dice.mean()).backward()
        optimiser.step()

    times = timed(step)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told("PyTorch " + torch.__version__.split("+")[0], precision, times, peak_rss_mib=peak)


def segment(path, cases, out, threads):
    from pathlib import Path

    import nibabel
    import onnxruntime

    start = time.perf_counter()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    codes = [500, 600, 200, 1220, 2221]
    folders = sorted(folder for folder in Path(cases).iterdir() if folder.is_dir())
    for folder in folders:
        files = [nibabel.load(folder / f"{folder.name}_{sequence}.nii.gz") for sequence in ("C0", "LGE", "T2")]
        # The network's rows are the second axis of these files.
        whole = np.stack([np.asarray(file.dataobj, dtype=np.float32).transpose(2, 1, 0) for file in files], 1)
        # The middle of the slices, with zeros where they are smaller.
        there, here = zip(*(middle(n) for n in whole.shape[2:]))
        x = np.zeros((len(whole), 3, SIDE, SIDE), dtype=np.float32)
        x[:, :, here[0], here[1]] = whole[:, :, there[0], there[1]]
        x /= x.max((1, 2, 3), keepdims=True)
        probable = session.run(None, {name: x})[0] > 0.5
        # Each label is painted over those before it.
        labels = np.zeros((len(x), SIDE, SIDE), dtype=np.uint16)
        for code, label in zip(codes, range(1, 6)):
            labels[probable[:, label]] = code
        found = np.zeros((len(x), *whole.shape[2:]), dtype=np.uint16)
        found[:, there[0], there[1]] = labels[:, here[0], here[1]]
        found = found.transpose(2, 1, 0)
        target = Path(out) / folder.name
        target.mkdir(parents=True, exist_ok=True)
        nibabel.save(nibabel.Nifti1Image(found, files[1].affine), target / f"{folder.name}_labels.nii.gz")
    ms = round((time.perf_counter() - start) * 1e3)
    told("ONNX Runtime " + onnxruntime.__version__, "f32", {"min_ms": ms, "median_ms": ms}, cases=len(folders))


def middle(n):
    """The middle of `n` pixels, and its place in the network's input."""
    if n >= SIDE:
        return slice((n - SIDE) // 2, (n - SIDE) // 2 + SIDE), slice(0, SIDE)
    return slice(0, n), slice((SIDE - n) // 2, (SIDE - n) // 2 + n)


def network_of(graph, torch):
    """The network of an ONNX graph as a PyTorch module that can be trained."""
    from onnx import helper, numpy_helper
    from torch import nn

    values = {value.name: numpy_helper.to_array(value) for value in graph.initializer}

    def layer(node):
        a = {item.name: helper.get_attribute_value(item) for item in node.attribute}
        if node.op_type in ("Conv", "ConvTranspose"):
            shape = values[node.input[1]].shape
            if node.op_type == "Conv":
                return nn.Conv2d(shape[1], shape[0], shape[2:], a.get("strides", 1), a.get("pads", [0, 0])[:2])
            return nn.ConvTranspose2d(shape[0], shape[1], shape[2:], a["strides"])
        simple = {
            "BatchNormalization": lambda: nn.BatchNorm2d(len(values[node.input[1]]), eps=a["epsilon"], momentum=0.01),
            "Relu": nn.ReLU,
            "Sigmoid": nn.Sigmoid,
            "Softmax": lambda: nn.Softmax(a["axis"]),
            "MaxPool": lambda: nn.MaxPool2d(a["kernel_shape"], a["strides"]),
            "Resize": lambda: nn.Upsample(scale_factor=2, mode="nearest"),
            "Identity": nn.Identity,
        }
        return simple[node.op_type]() if node.op_type in simple else None

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList(layer(node) or nn.Identity() for node in graph.node)

        def forward(self, x):
            found = {graph.input[0].name: x}
            for node, layer in zip(graph.node, self.layers):
                inputs = [found[name] for name in node.input if name in found]
                if node.op_type == "Concat":
                    y = torch.cat(inputs, 1)
                elif node.op_type == "Add":
                    y = inputs[0] + inputs[1]
                else:
                    y = layer(inputs[0])
                found[node.output[0]] = y
            return found[graph.output[0].name]

    return Network()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["infer", "train", "segment"])
    parser.add_argument("network", help="the ONNX file")
    parser.add_argument("--slices", type=int, default=1, help="slices of 256 x 256 pixels at once (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="threads of each engine (default: %(default)s)")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32", help="of a training step (default: f32)")
    parser.add_argument("--cases", help="folder of a folder for each case")
    parser.add_argument("--out", help="folder for the label maps")
    given = parser.parse_args()
    x = slices(given.slices)
    engines = {
        "infer": [
            lambda: in_onnx_runtime(given.network, x, given.threads),
            lambda: in_openvino(given.network, x, given.threads),
        ],
        "segment": [lambda: segment(given.network, given.cases, given.out, given.threads)],
        "train": [lambda: in_pytorch(given.network, given.slices, given.threads, given.precision)],
    }
    for engine in engines[given.what]:
        try:
            engine()
        except ImportError as error:
            print(f"left out: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
