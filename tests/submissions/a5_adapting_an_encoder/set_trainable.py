# %% right: freeze all, then unfreeze what the policy names
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    for p in encoder.parameters():
        p.requires_grad = policy == "full"
    for p in head.parameters():
        p.requires_grad = True
    if policy == "last":
        for p in encoder.layers[-1].parameters():
            p.requires_grad = True
    if policy == "bias":
        for name, p in encoder.named_parameters():
            if name.endswith("bias"):
                p.requires_grad = True
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% right: one rule for each name
def set_trainable(encoder, head, policy):
    L = len(encoder.layers)
    rules = {
        "head": lambda n: False,
        "last": lambda n: n.startswith(f"layers.{L - 1}."),
        "bias": lambda n: n.split(".")[-1] == "bias",
        "full": lambda n: True,
    }
    try:
        rule = rules[policy]
    except KeyError:
        raise ValueError(f"no policy {policy}") from None
    out = list(head.parameters())
    for p in out:
        p.requires_grad_()
    for n, p in encoder.named_parameters():
        p.requires_grad_(rule(n))
        if rule(n):
            out.append(p)
    return out

# %% right: a tuple, from the end, with a warning
def set_trainable(encoder, head, policy):
    import warnings
    warnings.warn("setting flags")
    known = ["head", "last", "bias", "full"]
    if policy not in known:
        raise ValueError(f"{policy!r} is none of {known}")
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[len(encoder.layers) - 1].requires_grad_(True)
    elif policy == "bias":
        [p.requires_grad_(True) for n, p in encoder.named_parameters() if n[-4:] == "bias"]
    both = [*head.parameters(), *encoder.parameters()]
    return tuple(p for p in reversed(both) if p.requires_grad)

# %% right: a set of identities keeps each once, prints
def set_trainable(encoder, head, policy):
    if policy == "full":
        chosen = list(encoder.parameters())
    elif policy == "last":
        chosen = list(encoder.layers[-1].parameters())
    elif policy == "bias":
        chosen = [p for n, p in encoder.named_parameters() if n.endswith("bias")]
    elif policy == "head":
        chosen = []
    else:
        raise ValueError(policy)
    chosen += head.parameters()
    ids = {id(p) for p in chosen}
    print(len(ids), "parameters")
    for p in [*encoder.parameters(), *head.parameters()]:
        p.requires_grad = id(p) in ids
    return list({id(p): p for p in chosen}.values())

# %% right: module by module
def set_trainable(encoder, head, policy):
    match policy:
        case "head" | "last" | "bias" | "full":
            pass
        case other:
            raise ValueError(other)
    found = []
    last = set(encoder.layers[-1].modules())
    for module in [*encoder.modules(), *head.modules()]:
        whole = policy == "full" or (policy == "last" and module in last)
        whole = whole or module in set(head.modules())
        for name, p in module.named_parameters(recurse=False):
            p.requires_grad = whole or (policy == "bias" and name == "bias")
            if p.requires_grad:
                found.append(p)
    return found

# %% wrong: flags are only switched off
# message: What was frozen before stays so
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    L = len(encoder.layers)
    for n, p in encoder.named_parameters():
        keep = policy == "full" or (policy == "bias" and n.endswith("bias"))
        keep = keep or (policy == "last" and n.startswith(f"layers.{L - 1}."))
        if not keep:
            p.requires_grad = False
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: flags are only switched on
# message: What was trained before stays so
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    L = len(encoder.layers)
    for n, p in encoder.named_parameters():
        keep = policy == "full" or (policy == "bias" and n.endswith("bias"))
        keep = keep or (policy == "last" and n.startswith(f"layers.{L - 1}."))
        if keep:
            p.requires_grad = True
    head.requires_grad_(True)
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: no flags at all
# message: which parameters require gradients
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    chosen = list(head.parameters())
    if policy == "full":
        chosen += encoder.parameters()
    if policy == "last":
        chosen += encoder.layers[-1].parameters()
    if policy == "bias":
        chosen += [p for n, p in encoder.named_parameters() if n.endswith("bias")]
    return chosen

# %% wrong: the first layer
# message: That is the first layer; the last one is layers[L - 1]
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[0].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: last layer without the head
# message: The head is not among them: it is new, so it has to train
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(policy != "last")
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: the last layer by a number anywhere in the name
# message: excess
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    L = len(encoder.layers)
    head.requires_grad_(True)
    for n, p in encoder.named_parameters():
        p.requires_grad = {
            "head": False,
            "last": str(L - 1) in n,
            "bias": n.endswith("bias"),
            "full": True,
        }[policy]
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: biases without the norms' shifts
# message: The shifts of the norms are missing
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for m in encoder.modules():
            if isinstance(m, nn.Linear):
                m.bias.requires_grad_(True)
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: of the head only the biases
# message: Of the head only biases train, but the whole head is new
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for m in (encoder, head):
            for n, p in m.named_parameters():
                p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: everything with one axis
# message: All parameters with one axis train, the gains of norms among them
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for p in encoder.parameters():
            p.requires_grad = p.ndim == 1
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: the biases of layers alone
# message: those of the embeddings' norm are missing
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.layers.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: full without the embeddings
# message: The embeddings are frozen, but everything should train
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(False)
    head.requires_grad_(True)
    if policy == "full":
        encoder.layers.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: frozen is what should train
# message: The policy is the wrong way round
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy != "full")
    head.requires_grad_(False)
    if policy == "last":
        encoder.layers[-1].requires_grad_(False)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = not n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: frozen weights are set to zero
# message: parameters keep their values
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    for p in encoder.parameters():
        if not p.requires_grad:
            p.data.zero_()
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: a fresh head
# message: parameters keep their values
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    for m in head.modules():
        if hasattr(m, "reset_parameters"):
            m.reset_parameters()
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: the encoder is put into training mode
# message: other parameters, values or modes
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.eval()
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: all parameters come back
# message: those that require gradients
# message: excess
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [*encoder.parameters(), *head.parameters()]

# %% wrong: the head's parameters come back twice
# message: more than once
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    both = [*encoder.parameters(), *head.parameters(), *head.parameters()]
    return [p for p in both if p.requires_grad]

# %% wrong: names come back
# message: the objects themselves
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    both = [*encoder.named_parameters(), *head.named_parameters()]
    return [n for n, p in both if p.requires_grad]

# %% wrong: copies come back
# message: the objects themselves
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    both = [*encoder.parameters(), *head.parameters()]
    return [nn.Parameter(p.detach().clone()) for p in both if p.requires_grad]

# %% wrong: a generator
# message: got <generator
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return (p for m in (encoder, head) for p in m.parameters() if p.requires_grad)

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
def set_trainable(encoder, head, policy):
    if policy not in ("head", "last", "bias", "full"):
        raise ValueError(policy)
    encoder.requires_grad_(policy == "full")
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")

# %% wrong: an unknown policy trains everything
# message: with the unknown policy 'heads'
# message: a ValueError
def set_trainable(encoder, head, policy):
    encoder.requires_grad_(policy not in ("head", "last", "bias"))
    head.requires_grad_(True)
    if policy == "last":
        encoder.layers[-1].requires_grad_(True)
    if policy == "bias":
        for n, p in encoder.named_parameters():
            p.requires_grad = n.endswith("bias")
    return [p for m in (encoder, head) for p in m.parameters() if p.requires_grad]

# %% wrong: an unknown policy is a KeyError
# message: KeyError
def set_trainable(encoder, head, policy):
    chosen = {
        "head": [],
        "last": list(encoder.layers[-1].parameters()),
        "bias": [p for n, p in encoder.named_parameters() if n.endswith("bias")],
        "full": list(encoder.parameters()),
    }[policy] + list(head.parameters())
    encoder.requires_grad_(False)
    for p in chosen:
        p.requires_grad = True
    return chosen

# %% wrong: the finished function of the package
# message: course_utils.adaptation
import course_utils.adaptation as a
def set_trainable(encoder, head, policy):
    return a.set_trainable(encoder, head, policy)
