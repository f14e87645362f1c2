# %% right: Adam on rows of the context, all inputs in each step
def distill_prompt(model, context, inputs, n_vectors, seed):
    C, dice = context.shape[1], torch.Generator().manual_seed(seed)
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, torch.randperm(C, generator=dice)[:n_vectors]].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(50):
        optimizer.param_groups[0]["lr"] = 0.15 * (1 - step / 50)
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% right: a frozen copy, random start, batches, a schedule
import copy
def distill_prompt(model, context, inputs, n_vectors, seed):
    torch.manual_seed(seed)
    frozen = copy.deepcopy(model)
    for p in frozen.parameters():
        p.requires_grad = False
    C = context.size(1)
    both = frozen.embed(torch.cat([context.repeat(len(inputs), 1), inputs], dim=1))
    teacher = frozen.logits(both)[:, C:]
    prompt = torch.nn.Parameter(0.5 * torch.randn(n_vectors, both.shape[-1]))
    optimizer = torch.optim.AdamW([prompt], lr=0.2, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.2, total_steps=80)
    for step in range(80):
        some = torch.randint(len(inputs), (32,))
        H0 = torch.cat([prompt[None].expand(32, -1, -1), both[some, C:]], dim=1)
        student = frozen.logits(H0)[:, -inputs.size(1):]
        loss = distill_loss(teacher[some].reshape(-1, teacher.shape[-1]), student.reshape(-1, teacher.shape[-1]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return prompt.data

# %% right: flags set and put back, L-BFGS, a parameter
def distill_prompt(model, context, inputs, n_vectors, seed):
    g, C = torch.Generator().manual_seed(seed), context.shape[1]
    flags = [p.requires_grad for p in model.parameters()]
    model.requires_grad_(False)
    both = model.embed(torch.cat([context.expand(len(inputs), C), inputs], 1))
    goal = model.logits(both)[:, C:].flatten(0, 1)
    start = both[0, C - n_vectors : C] + 0.01 * torch.randn(n_vectors, both.shape[2], generator=g)
    prompt = nn.Parameter(start)
    optimizer = torch.optim.LBFGS([prompt], max_iter=60, history_size=20, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), both[:, C:]], 1)
        loss = distill_loss(goal, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        loss.backward()
        return loss

    optimizer.step(closure)
    for p, flag in zip(model.parameters(), flags):
        p.requires_grad_(flag)
    return prompt

# %% right: the other direction as a loss, which gets near enough too
def distill_prompt(model, context, inputs, n_vectors, seed):
    C, dice = context.shape[1], torch.Generator().manual_seed(seed)
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, torch.randperm(C, generator=dice)[:n_vectors]].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(60):
        optimizer.param_groups[0]["lr"] = 0.15 * (1 - step / 60)
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(model.logits(H0)[:, n_vectors:].flatten(0, 1), teacher)
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: nothing is trained
# message: Without any prompt it is
def distill_prompt(model, context, inputs, n_vectors, seed):
    torch.manual_seed(seed)
    return torch.randn(n_vectors, model.embed(context).shape[-1])

# %% wrong: the last rows of the context
# message: a mean divergence of 0.4 or less
def distill_prompt(model, context, inputs, n_vectors, seed):
    return model.embed(context)[0, -n_vectors:].detach().clone()

# %% wrong: a handful of steps
# message: Without any prompt it is
def distill_prompt(model, context, inputs, n_vectors, seed):
    C, dice = context.shape[1], torch.Generator().manual_seed(seed)
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = torch.randn(n_vectors, both.shape[-1], generator=dice).requires_grad_()
    optimizer = torch.optim.Adam([prompt], 1e-3)
    for step in range(10):
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: the teacher has not read the context
# message: it measures something else than the table of the exercise says
def distill_prompt(model, context, inputs, n_vectors, seed):
    C, dice = context.shape[1], torch.Generator().manual_seed(seed)
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(model.embed(inputs)).flatten(0, 1), both[:, C:]
    prompt = both[0, torch.randperm(C, generator=dice)[:n_vectors]].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(60):
        optimizer.param_groups[0]["lr"] = 0.15 * (1 - step / 60)
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: positions of the inputs start at 0
# message: With inputs whose positions start at 0 it is nearer
def distill_prompt(model, context, inputs, n_vectors, seed):
    C, dice = context.shape[1], torch.Generator().manual_seed(seed)
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), model.embed(inputs)
    prompt = both[0, torch.randperm(C, generator=dice)[:n_vectors]].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(80):
        optimizer.param_groups[0]["lr"] = 0.15 * (1 - step / 80)
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: the prompt stands behind the inputs
# message: Without any prompt it is
def distill_prompt(model, context, inputs, n_vectors, seed):
    C = context.shape[1]
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, :n_vectors].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(60):
        H0 = torch.cat([rows, prompt.expand(len(inputs), -1, -1)], 1)
        student = model.logits(H0)[:, :-n_vectors]
        loss = distill_loss(teacher, student.flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: the logits of the first rows are compared
# message: a mean divergence of 0.4 or less
def distill_prompt(model, context, inputs, n_vectors, seed):
    C, T, dice = context.shape[1], inputs.shape[1], torch.Generator().manual_seed(seed)
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, torch.randperm(C, generator=dice)[:n_vectors]].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(50):
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, :T].flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: the model learns along
# message: the gradients of its parameters changed
def distill_prompt(model, context, inputs, n_vectors, seed):
    C = context.shape[1]
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, :n_vectors].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(3):
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return prompt.detach()

# %% wrong: the whole model is fine-tuned
# message: its parameters changed
def distill_prompt(model, context, inputs, n_vectors, seed):
    C = context.shape[1]
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, :n_vectors].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt, *model.parameters()], 1e-3)
    for step in range(3):
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return prompt.detach()

# %% wrong: the model stays frozen
# message: requires_grad of its parameters changed
def distill_prompt(model, context, inputs, n_vectors, seed):
    model.requires_grad_(False)
    return model.embed(context)[0, :n_vectors].clone()

# %% wrong: the model is left in training mode
# message: its training or eval mode changed
def distill_prompt(model, context, inputs, n_vectors, seed):
    model.train()
    return model.embed(context)[0, :n_vectors].detach().clone()

# %% wrong: an axis for texts
# message: a tensor of shape (
def distill_prompt(model, context, inputs, n_vectors, seed):
    return model.embed(context)[:, :n_vectors].detach().clone()

# %% wrong: the whole context
# message: a tensor of shape (
def distill_prompt(model, context, inputs, n_vectors, seed):
    return model.embed(context)[0].detach().clone()

# %% wrong: still on the graph
# message: cut off from the graph
def distill_prompt(model, context, inputs, n_vectors, seed):
    return model.embed(context)[0, :n_vectors]

# %% wrong: a rate that lets it explode
# message: finite numbers
def distill_prompt(model, context, inputs, n_vectors, seed):
    prompt = model.embed(context)[0, :n_vectors].detach().clone()
    return prompt / 0

# %% wrong: the seed has no effect on what is random
# message: something random does not depend on the seed
def distill_prompt(model, context, inputs, n_vectors, seed):
    C = context.shape[1]
    with torch.no_grad():
        both = model.embed(torch.cat([context.expand(len(inputs), -1), inputs], 1))
        teacher, rows = model.logits(both)[:, C:].flatten(0, 1), both[:, C:]
    prompt = both[0, torch.randperm(C)[:n_vectors]].clone().requires_grad_()
    optimizer = torch.optim.Adam([prompt], 0.15)
    for step in range(50):
        optimizer.param_groups[0]["lr"] = 0.15 * (1 - step / 50)
        H0 = torch.cat([prompt.expand(len(inputs), -1, -1), rows], 1)
        loss = distill_loss(teacher, model.logits(H0)[:, n_vectors:].flatten(0, 1))
        [prompt.grad] = torch.autograd.grad(loss, [prompt])
        optimizer.step()
    return prompt.detach()

# %% wrong: the context is changed
# message: argument 2 was changed
def distill_prompt(model, context, inputs, n_vectors, seed):
    context[:, 0] = 1
    return model.embed(context)[0, :n_vectors].detach().clone()

# %% wrong: without an end
# message: stopped after
# message: Fewer steps, or less to compute in each
def distill_prompt(model, context, inputs, n_vectors, seed):
    while True:
        prompt = model.embed(context)[0, :n_vectors].detach()
    return prompt

# %% wrong: taken from the package
# message: it uses course_utils.context
from course_utils.context.distill import distill_prompt

# %% wrong: nothing yet
# message: nothing yet
def distill_prompt(model, context, inputs, n_vectors, seed):
    raise NotImplementedError("a8 · distill_prompt")
