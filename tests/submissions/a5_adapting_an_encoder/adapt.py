# %% right: everything trains, by the functions from before
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% right: upper half, states of the lower half computed once
import copy
def adapt(encoder, texts, labels, seed):
    y, shuffle = torch.tensor(list(labels)), torch.Generator().manual_seed(seed)
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        layers = nn.Linear(encoder.d, 128), nn.GELU(), nn.Linear(128, 2)
        head = nn.Sequential(nn.LayerNorm(encoder.d), *layers)
    # In eval mode, so without dropout. The embeddings and the lower half stay frozen.
    model = copy.deepcopy(encoder).eval().requires_grad_(False)
    half = len(model.layers) // 2
    upper = model.layers[half:].requires_grad_(True)

    def features(H, mask):
        for layer in upper:
            H = layer(H, mask[:, None, None, :])
        real = mask[..., None]
        return (H * real).sum(1) / real.sum(1)

    def fit(forward, batches, groups, epochs):
        optimizer, steps = torch.optim.AdamW(groups), epochs * len(batches)
        schedule = torch.optim.lr_scheduler.LambdaLR(  # up for a tenth, then down to 0
            optimizer, lambda n: min(10 * (n + 1) / steps, (1 - n / steps) / 0.9)
        )
        for _ in range(epochs):
            for i in torch.randperm(len(batches), generator=shuffle).tolist():
                *inputs, wanted = batches[i]
                loss = nn.functional.cross_entropy(forward(*inputs), wanted)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(upper.parameters(), 1.0)
                optimizer.step()
                schedule.step()

    # Texts of like length together. What is frozen runs once, before training.
    ids, mask = model.tokenizer(list(texts))
    lengths, lower, fixed = mask.sum(1), [], []
    for places in lengths.argsort(stable=True).split(16):
        T = int(lengths[places].max())
        x, m = ids[places, :T], mask[places, :T]
        with torch.no_grad():
            H = model.states(x, m)[half]
            lower.append((H, m, y[places]))
            fixed.append((features(H, m), y[places]))

    # First the head alone, until it is worth learning from; then upper layers as well.
    own = {"params": list(head.parameters()), "lr": 1e-3}
    fit(head, fixed, [own], 15)
    both = [own, {"params": list(upper.parameters()), "lr": 4e-4}]
    fit(lambda H, m: head(features(H, m)), lower, both, 3)

    def predict(texts):
        found = []
        for start in range(0, len(texts), 32):
            x, m = model.tokenizer(texts[start : start + 32])
            with torch.no_grad():
                logits = head(features(model.states(x, m)[half], m))
            found += logits.argmax(-1).tolist()
        return found

    return predict

# %% right: the last layers by set_trainable, dropout on in training
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    set_trainable(model, head, "full")
    model.embeddings.requires_grad_(False)
    optimizer = torch.optim.Adam([p for p in [*model.parameters(), *head.parameters()] if p.requires_grad], 2e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            model.train()
            train_step(model, head, batch, optimizer)
    model.eval()

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% right: until it is learnt, a head of two layers, text by text
import copy
def adapt(encoder, texts, labels, seed):
    g = torch.Generator().manual_seed(seed)
    model = copy.deepcopy(encoder)
    head = nn.Sequential(nn.Linear(encoder.d, 32), nn.GELU(), nn.Linear(32, 2))
    with torch.no_grad():
        for p in head.parameters():
            p.copy_(torch.randn(p.shape, generator=g) * (0.1 if p.dim() > 1 else 0))
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    for epoch in range(12):
        total, order = 0.0, torch.randperm(len(texts), generator=g).tolist()
        for start in range(0, len(order), 16):
            some = order[start : start + 16]
            ids, mask = model.tokenizer([texts[i] for i in some])
            wanted = torch.tensor([labels[i] for i in some])
            batch = {"ids": ids, "mask": mask, "labels": wanted}
            total += len(some) * train_step(model, head, batch, optimizer)
        if total / len(texts) < 0.02:
            break
    print("epochs:", epoch + 1)
    @torch.no_grad()
    def one(text):
        ids, mask = model.tokenizer([text])
        return int(head(pool(model(ids, mask), mask, "mean")).argmax())
    return lambda texts: [one(text) for text in texts]

# %% right: a class, a validation set of its own, a tuple with a warning
import copy, random, warnings
class Adapted:
    def __init__(self, encoder, seed):
        torch.manual_seed(seed)
        self.encoder, self.head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    def batch(self, texts, labels):
        ids, mask = self.encoder.tokenizer(texts)
        return {"ids": ids, "mask": mask, "labels": torch.tensor(labels)}
    def __call__(self, texts):
        warnings.warn("predicting")
        rows = []
        for i in range(0, len(texts), 7):
            b = self.batch(list(texts[i : i + 7]), [])
            with torch.no_grad():
                H = self.encoder(b["ids"], b["mask"])
                rows += self.head(pool(H, b["mask"], "mean")).argmax(1).tolist()
        return tuple(rows)
def adapt(encoder, texts, labels, seed):
    model, rng = Adapted(encoder, seed), random.Random(seed)
    pairs = list(zip(texts, labels))
    rng.shuffle(pairs)
    held, rest = pairs[: len(pairs) // 8], pairs[len(pairs) // 8 :]
    both = [*model.encoder.parameters(), *model.head.parameters()]
    optimizer, best, kept = torch.optim.AdamW(both, 1e-3), -1, None
    for _ in range(8):
        rng.shuffle(rest)
        for i in range(0, len(rest), 16):
            batch = model.batch(*map(list, zip(*rest[i : i + 16])))
            train_step(model.encoder, model.head, batch, optimizer)
        right = sum(a == y for a, (_, y) in zip(model([t for t, _ in held]), held))
        if right >= best:
            best, kept = right, copy.deepcopy((model.encoder, model.head))
    model.encoder, model.head = kept
    return model

# %% wrong: head only
# message: accuracy
# message: of a linear head on the unchanged encoder
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW(head.parameters(), 1e-2)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: the states are cut off from the loss
# message: accuracy
# message: of a linear head on the unchanged encoder
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            H = model(ids[b], mask[b]).detach()
            loss = nn.functional.cross_entropy(head(pool(H, mask[b], "mean")), y[b])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: one epoch
# message: it has hardly learnt those
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(1):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: the caller's encoder is trained
# message: adapt works on a copy
# message: its parameters changed
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = encoder, nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: a copy of the module that shares its parameters
# message: its parameters changed
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.copy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: the caller's encoder is frozen
# message: requires_grad of its parameters changed
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    encoder.requires_grad_(False)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    model.requires_grad_(True)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: the caller's encoder is left in training mode
# message: its training or eval mode changed
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder.train()), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)
    model.eval()

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: weights from random values
# message: accuracy
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    for p in model.parameters():
        nn.init.normal_(p, std=0.02)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: labels come back sorted by the texts' lengths
# message: each text has its own label
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(sorted(texts, key=len))
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: padding in the mean
# message: each text has its own label
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(model(x, m).mean(1)).argmax(-1).tolist()
    return predict

# %% wrong: the mask is left out
# message: each text has its own label
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x), m | True, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: dropout on in predict
# message: each text has its own label
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)
    for part in model.modules():
        part.p = 0.5 if isinstance(part, nn.Dropout) else 0
    model.train()

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: no texts
# message: then predict on 0 texts
# message: the list is empty
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: one text gives a number
# message: a list of 1 label(s)
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).squeeze().tolist()
    return predict

# %% wrong: a tensor of labels
# message: a tensor of shape
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1)
    return predict

# %% wrong: a list of tensors
# message: each 0 or 1
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return list(head(pool(model(x, m), m, "mean")).argmax(-1))
    return predict

# %% wrong: names of classes
# message: (str) among them
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return [["literal", "sarcastic"][i] for i in head(pool(model(x, m), m, "mean")).argmax(-1).tolist()]
    return predict

# %% wrong: probabilities
# message: (float) among them
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).softmax(-1)[:, 1].tolist()
    return predict

# %% wrong: the smaller logit wins
# message: With 0 and 1 exchanged it would be good enough
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmin(-1).tolist()
    return predict

# %% wrong: always the same label
# message: All texts get the label 1
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return [1] * len(texts)
    return predict

# %% wrong: the seed is not used
# message: the same seed gives the same labels
import copy
def adapt(encoder, texts, labels, seed):
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: two calls share their model
# message: the two share something
import copy
model = head = None
def adapt(encoder, texts, labels, seed):
    global model, head
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: predictions come back
# message: a function that predicts
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict(list(texts))

# %% wrong: nothing comes back
# message: None (is a `return` missing?)
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()

# %% wrong: the caller's texts are sorted
# message: argument 2 was changed
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    texts.sort()
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: it never ends
# message: an end within 5 s of CPU time
# message: Fewer epochs
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels))
    while True:
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: labels are learnt as if texts had another order
# message: accuracy
import copy
def adapt(encoder, texts, labels, seed):
    torch.manual_seed(seed)
    model, head = copy.deepcopy(encoder), nn.Linear(encoder.d, 2)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], 1e-3)
    (ids, mask), y = model.tokenizer(list(texts)), torch.tensor(list(labels)[::-1])
    for _ in range(8):
        for b in torch.randperm(len(y)).split(16):
            batch = {"ids": ids[b], "mask": mask[b], "labels": y[b]}
            train_step(model, head, batch, optimizer)

    def predict(texts):
        if not texts:
            return []
        x, m = model.tokenizer(texts)
        with torch.no_grad():
            return head(pool(model(x, m), m, "mean")).argmax(-1).tolist()
    return predict

# %% wrong: fit of the package
# message: it uses course_utils.adaptation
import copy
from course_utils.adaptation import Classifier
from course_utils.data.texts import Texts
from course_utils.training import fit
from course_utils.training.evaluate import predict as say
def adapt(encoder, texts, labels, seed):
    model = Classifier(copy.deepcopy(encoder), 2, seed=seed)
    fit(model, Texts(texts, labels, ("a", "b"), ""), epochs=8, seed=seed, show=False)
    return lambda texts: say(model, texts)
