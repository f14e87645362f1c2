# %% right: a loop with torch.cat
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for segment in segments:
        rows = torch.cat([memory, segment, summary.expand(len(segment), -1, -1)], 1)
        memory = encode(rows)[:, -summary.shape[0]:].clone()
        memories.append(memory)
    return memories

# %% right: accumulate over copies, a tuple
from itertools import accumulate
def segment_memory(encode, segments, summary, memory0):
    B, k = memory0.shape[0], summary.shape[0]
    asked = summary[None].repeat(B, 1, 1)
    def read(memory, segment):
        states = encode(torch.cat((memory, segment, asked), dim=1))
        return states[:, memory.shape[1] + segment.shape[1]:].clone()
    return tuple(list(accumulate(segments, read, initial=memory0))[1:])

# %% right: split into three, then the last
def segment_memory(encode, segments, summary, memory0):
    found = []
    for segment in segments:
        before = found[-1] if found else memory0
        asked = summary.unsqueeze(0).expand(before.shape[0], *summary.shape)
        sizes = [before.shape[1], segment.shape[1], len(summary)]
        out = encode(torch.cat([before, segment, asked], dim=-2))
        found += [torch.clone(out.split(sizes, dim=1)[2])]
    return found

# %% right: recursion
def segment_memory(encode, segments, summary, memory0):
    if not len(segments):
        return []
    first, rest = segments[0], segments[1:]
    rows = torch.cat([memory0, first, torch.stack([summary] * len(memory0))], 1)
    memory = encode(rows).narrow(1, rows.shape[1] - len(summary), len(summary)) * 1
    return [memory] + segment_memory(encode, rest, summary, memory)

# %% right: rows written into a new tensor, with a print
def segment_memory(encode, segments, summary, memory0):
    memories, memory, k = [], memory0, len(summary)
    for i, segment in enumerate(segments):
        B, n, d = segment.shape
        m = memory.shape[1]
        rows = segment.new_zeros(B, m + n + k, d)
        rows[:, :m], rows[:, m:m + n], rows[:, m + n:] = memory, segment, summary
        memory = torch.stack(encode(rows).unbind(1)[-k:], 1)
        print("segment", i, tuple(memory.shape))
        memories.append(memory)
    return memories

# %% wrong: every segment starts anew
# message: Every segment starts from memory0: what the segment before has left is lost.
def segment_memory(encode, segments, summary, memory0):
    k = len(summary)
    return [encode(torch.cat([memory0, s, summary.expand(len(s), -1, -1)], 1))[:, -k:].clone() for s in segments]

# %% wrong: memories pile up before the next segment
# message: Memories pile up: each is put behind those before it
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        new = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(new)
        memory = torch.cat([memory, new], 1)
    return memories

# %% wrong: memories pile up in the list
# message: Memories pile up: the list holds all κ rows so far
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        new = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):]
        memory = torch.cat([memory, new], 1)
        memories.append(memory)
    return memories

# %% wrong: the slice keeps as many rows as the segment has
# message: The last n rows were kept, with n the segment's length
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -s.shape[1]:].clone()
        memories.append(memory)
    return memories

# %% wrong: the slice keeps the first rows
# message: The first κ rows of the states were kept.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, :len(summary)].clone()
        memories.append(memory)
    return memories

# %% wrong: the slice keeps the last tokens
# message: The rows before the summary's were kept: what became of the last tokens.
def segment_memory(encode, segments, summary, memory0):
    memory, memories, k = memory0, [], len(summary)
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -2 * k:-k].clone()
        memories.append(memory)
    return memories

# %% wrong: the slice keeps the segment
# message: The segment's rows were kept.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        m, n = memory.shape[1], s.shape[1]
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, m:m + n].clone()
        memories.append(memory)
    return memories

# %% wrong: the last row alone
# message: The last row alone was kept
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -1:].clone()
        memories.append(memory)
    return memories

# %% wrong: summary in front, last rows kept
# message: The summary stands in front of the segment, and the last κ rows were kept: tokens.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, summary.expand(len(s), -1, -1), s], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: summary in front, its rows kept
# message: The summary stands in front of everything, and its rows were kept from there.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([summary.expand(len(s), -1, -1), memory, s], 1))[:, :len(summary)].clone()
        memories.append(memory)
    return memories

# %% wrong: memory behind the segment
# message: The memory stands behind the segment
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([s, memory, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: no summary
# message: There is no summary: the last κ rows are those of tokens.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: the summary is handed on instead
# message: No segment receives a memory
def segment_memory(encode, segments, summary, memory0):
    k = len(summary)
    return [encode(torch.cat([s, summary.expand(len(s), -1, -1)], 1))[:, -k:].clone() for s in segments]

# %% wrong: the summary is replaced by its result
# message: The summary was replaced by its own result.
def segment_memory(encode, segments, summary, memory0):
    memory, memories, k = memory0, [], len(summary)
    rows = summary.expand(len(memory0), -1, -1)
    for s in segments:
        memory = rows = encode(torch.cat([memory, s, rows], 1))[:, -k:].clone()
        memories.append(memory)
    return memories

# %% wrong: a remainder is dropped
# message: Segments that are shorter than the longest were left out.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    n = max((s.shape[1] for s in segments), default=0)
    for s in segments:
        if s.shape[1] < n:
            continue
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: all segments at once
# message: All segments were read at once, in one call.
def segment_memory(encode, segments, summary, memory0):
    if not segments:
        return []
    rows = torch.cat([memory0, *segments, summary.expand(len(memory0), -1, -1)], 1)
    return [encode(rows)[:, -len(summary):].clone()]

# %% wrong: from the last segment to the first
# message: The segments were read from the last to the first.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in reversed(segments):
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: the last memory alone
# message: The list has the last memory alone; there is one for each segment.
def segment_memory(encode, segments, summary, memory0):
    memory = memory0
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
    return [memory] if segments else []

# %% wrong: the last memory, without a list
# message: a list of 3 memories
def segment_memory(encode, segments, summary, memory0):
    memory = memory0
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
    return memory

# %% wrong: memory0 in the list
# message: memory0 stands in the list.
def segment_memory(encode, segments, summary, memory0):
    memories = [memory0]
    for s in segments:
        rows = torch.cat([memories[-1], s, summary.expand(len(s), -1, -1)], 1)
        memories.append(encode(rows)[:, -len(summary):].clone())
    return memories

# %% wrong: appended before it is computed
# message: The list is one place behind
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memories.append(memory)
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
    return memories

# %% wrong: old and new are averaged
# message: The next segment receives the mean of the old and the new memory.
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        new = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(new)
        memory = (memory + new) / 2 if memory.shape == new.shape else new
    return memories

# %% wrong: the summary is not expanded over the texts
# message: Tensors must have same number of dimensions
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: one text gets the summary, by broadcasting that does not happen
# message: Sizes of tensors must match
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary[None]], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: no memory if m is 0
# message: call 2: [segments[1]; summary]
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        m, n = memory0.shape[1], s.shape[1]
        asked = summary.expand(len(s), -1, -1)
        rows = [memory, s, asked] if m else [s, asked]
        memory = encode(torch.cat(rows, 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: a copy without gradients from segment to segment
# message: Gradients do not pass from one memory to the next
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory.detach() if memories else memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: no gradients at all
# message: expected a gradient flows
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].detach().clone()
        memories.append(memory)
    return memories

# %% wrong: memories in encode's buffer
# message: The memories stand in a buffer of encode's
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):]
        memories.append(memory)
    return memories

# %% wrong: one tensor of rows for all calls
# message: an encode that writes into its input and returns it
def segment_memory(encode, segments, summary, memory0):
    memories, memory, kept = [], memory0, {}
    for s in segments:
        B, n, d = s.shape
        size = memory.shape[1] + n + len(summary)
        rows = kept.setdefault(size, s.new_zeros(B, size, d))
        if not rows.any():
            rows[:, -len(summary):] = summary
        rows = rows if rows.requires_grad else rows.clone() if torch.is_grad_enabled() and s.requires_grad else rows
        rows[:, :memory.shape[1]], rows[:, memory.shape[1]:-len(summary)] = memory, s
        memory = encode(rows)[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: encode called twice for each segment
# message: call 4
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        rows = torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1)
        encode(rows.clone())
        memory = encode(rows)[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: the caller's list is used up
# message: argument 2 was changed
def segment_memory(encode, segments, summary, memory0):
    segments, memory, memories = segments if isinstance(segments, list) else list(segments), memory0, []
    while segments:
        s = segments.pop(0)
        memory = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        memories.append(memory)
    return memories

# %% wrong: each memory is written into the one before
# message: A memory was written into the tensor of the one before
def segment_memory(encode, segments, summary, memory0):
    memory, memories = torch.zeros(len(memory0), *summary.shape, dtype=summary.dtype), []
    for i, s in enumerate(segments):
        rows = torch.cat([memory if i else memory0, s, summary.expand(len(s), -1, -1)], 1)
        memory[:] = encode(rows)[:, -len(summary):]
        memories.append(memory)
    return memories

# %% wrong: the first memory is written into memory0
# message: argument 4 was changed
def segment_memory(encode, segments, summary, memory0):
    memory, memories = memory0, []
    for s in segments:
        new = encode(torch.cat([memory, s, summary.expand(len(s), -1, -1)], 1))[:, -len(summary):].clone()
        if memory is memory0 and memory.shape[1]:
            memory *= 0
        memory = new
        memories.append(memory)
    return memories

# %% wrong: taken from the package
# message: it uses course_utils.context
from course_utils.context import segment_memory

# %% wrong: taken from the checks
# message: it uses course_utils.exercises.memory_mistakes
from course_utils.exercises.memory_mistakes import memories as segment_memory

# %% wrong: nothing yet
# message: nothing yet
def segment_memory(encode, segments, summary, memory0):
    raise NotImplementedError("a8 · segment_memory")
