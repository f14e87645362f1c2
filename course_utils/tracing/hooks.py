"""Watching a layer's parts at work, and putting words into their mouths."""

from collections.abc import Mapping

from torch import Tensor, nn

from course_utils.tracing.probes import NotReadable, Probe, call


def observe(
    p: Probe,
    layer: nn.Module,
    H: Tensor,
    mask: Tensor | None = None,
    *,
    feed: Mapping[str, Tensor] | None = None,
    write: Mapping[str, Tensor] | None = None,
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Call a layer and see what its parts receive and write.

    Args:
        p: the probe.
        layer: a copy; its hooks are removed again.
        H: states (B, T, d).
        mask: bool, or None.
        feed: part -> what it shall receive in place of its own input, (B, T, ·).
        write: part -> what it shall return in place of its own output, (B, T, ·).

    Returns:
        Two dicts, part -> what it received and what it wrote, each (B, T, ·).

    Raises:
        NotReadable: a part of `feed` or `write` is never called as a module, or
            not on (B, T, ·) or (B·T, ·).
    """
    feed, write = dict(feed or {}), dict(write or {})
    received, written, handles = {}, {}, []
    B, T = H.shape[:2]

    def swap(new: Tensor | None, old: Tensor) -> Tensor:
        if old.shape[:-1] not in {(B, T), (B * T,)}:
            raise NotReadable
        return old if new is None else new.reshape(*old.shape[:-1], -1)

    for name, part in p.parts(layer).items():

        def before(module, args, name=name):
            if not args:
                raise NotReadable
            given = swap(feed.get(name), args[0])
            received[name] = given.reshape(B, T, -1)
            return (given,)

        def after(module, args, out, name=name):
            out = swap(write.get(name), out)
            written[name] = out.reshape(B, T, -1)
            return out

        handles.append(part.register_forward_pre_hook(before))
        handles.append(part.register_forward_hook(after))
    try:
        call(layer, H, mask)
    finally:
        for handle in handles:
            handle.remove()
    if not {*feed, *write} <= {*received}:
        raise NotReadable
    return received, written
