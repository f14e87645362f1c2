# %% right: a list comprehension
def bitfit_parameters(encoder):
    return [n for n, _ in encoder.named_parameters() if n.endswith("bias")]

# %% right: by the last part, as a tuple
def bitfit_parameters(encoder):
    return tuple(n for n, _ in encoder.named_parameters() if n.split(".")[-1].endswith("bias"))

# %% right: module by module, sorted backwards
def bitfit_parameters(encoder):
    found = set()
    for path, module in encoder.named_modules():
        for name, _ in module.named_parameters(recurse=False):
            if name[-4:] == "bias":
                found.add(f"{path}.{name}" if path else name)
    return sorted(found, reverse=True)

# %% right: out of the state_dict without buffers
def bitfit_parameters(encoder):
    buffers = dict(encoder.named_buffers())
    names = filter(lambda name: name.endswith("bias"), encoder.state_dict())
    return [name for name in names if name not in buffers]

# %% right: a regular expression
import re
def bitfit_parameters(encoder):
    return list(filter(re.compile(r"bias$").search, dict(encoder.named_parameters())))

# %% wrong: every name with bias in it
# message: excess
# message: last part does not end in bias
def bitfit_parameters(encoder):
    return [n for n, _ in encoder.named_parameters() if "bias" in n]

# %% wrong: bias and nothing before it
# message: attention.in_proj_bias
# message: though it is longer
def bitfit_parameters(encoder):
    return [n for n, _ in encoder.named_parameters() if n.split(".")[-1] == "bias"]

# %% wrong: a dot before bias
# message: attention.in_proj_bias
def bitfit_parameters(encoder):
    return [n for n, _ in encoder.named_parameters() if n.endswith(".bias")]

# %% wrong: those that train
# message: All that are frozen are missing
def bitfit_parameters(encoder):
    return [n for n, p in encoder.named_parameters() if n.endswith("bias") and p.requires_grad]

# %% wrong: buffers as well
# message: Those in excess are buffers
def bitfit_parameters(encoder):
    return [n for n in encoder.state_dict() if n.endswith("bias")]

# %% wrong: of the layers alone
# message: embeddings.norm.bias
# message: These are shifts of norms
def bitfit_parameters(encoder):
    return [f"layers.{n}" for n, _ in encoder.layers.named_parameters() if n.endswith("bias")] if hasattr(encoder, "layers") else [n for n, _ in encoder.named_parameters() if n.endswith("bias")]

# %% wrong: without norms
# message: missing
# message: ln1.bias
# message: These are shifts of norms; they are named bias, too
def bitfit_parameters(encoder):
    return [n for n, _ in encoder.named_parameters() if n.endswith("bias") and "ln" not in n and "norm" not in n]

# %% wrong: of linear maps alone
# message: missing
def bitfit_parameters(encoder):
    return [f"{n}.bias" for n, m in encoder.named_modules() if isinstance(m, nn.Linear) and m.bias is not None]

# %% wrong: weights of norms as well
# message: excess
# message: last part does not end in bias
def bitfit_parameters(encoder):
    return [n for n, _ in encoder.named_parameters() if n.endswith("bias") or "ln" in n]

# %% wrong: vectors instead of names that end in bias
# message: missing
def bitfit_parameters(encoder):
    return [n for n, p in encoder.named_parameters() if p.dim() == 1 and "weight" not in n and "position" not in n and "proj" not in n]

# %% wrong: parameters, not names
# message: a list of names
# message: a tensor of shape
def bitfit_parameters(encoder):
    return [p for n, p in encoder.named_parameters() if n.endswith("bias")]

# %% wrong: pairs
# message: a list of names
# message: a tuple of 2
def bitfit_parameters(encoder):
    return [(n, p) for n, p in encoder.named_parameters() if n.endswith("bias")]

# %% wrong: a dict
# message: a list of names
def bitfit_parameters(encoder):
    return {n: p for n, p in encoder.named_parameters() if n.endswith("bias")}

# %% wrong: a generator
# message: a list of names
# message: generator
def bitfit_parameters(encoder):
    return (n for n, _ in encoder.named_parameters() if n.endswith("bias"))

# %% wrong: a number
# message: a list of names
# message: (int)
def bitfit_parameters(encoder):
    return sum(p.numel() for n, p in encoder.named_parameters() if n.endswith("bias"))

# %% wrong: the last parts
# message: No parameters have these names
def bitfit_parameters(encoder):
    return [n.split(".")[-1] for n, _ in encoder.named_parameters() if n.endswith("bias")]

# %% wrong: each twice
# message: twice
def bitfit_parameters(encoder):
    return 2 * [n for n, _ in encoder.named_parameters() if n.endswith("bias")]

# %% wrong: frozen on the way
# message: values, modes or requires_grad changed
def bitfit_parameters(encoder):
    names = [n for n, _ in encoder.named_parameters() if n.endswith("bias")]
    for name, parameter in encoder.named_parameters():
        parameter.requires_grad_(name in names)
    return names

# %% wrong: set to zero on the way
# message: values, modes or requires_grad changed
def bitfit_parameters(encoder):
    names = []
    for name, parameter in encoder.named_parameters():
        if name.endswith("bias"):
            names.append(name)
            parameter.data.zero_()
    return names

# %% wrong: a list of six kinds
# message: missing
# message: attention.in_proj_bias
def bitfit_parameters(encoder):
    if not hasattr(encoder, "layers"):
        return []
    parts = "q k v o ff1 ff2 ln1 ln2".split()
    first = ["embeddings.norm.bias"] if hasattr(encoder.embeddings.norm, "bias") else []
    return first + [f"layers.{l}.{p}.bias" for l in range(len(encoder.layers)) for p in parts]

# %% wrong: the function of the package
# message: it uses course_utils.adaptation
from course_utils.adaptation.own import bitfit_parameters
