"""Cells that print, as JSON, what a notebook can find out about its kernel."""

START = """
import asyncio, gc, json, locale, logging, os, re, resource, signal, stat, sys
import threading, warnings

def names(found):
    return sorted({re.sub("0x[0-9a-f]+|-[0-9]+", "", str(name)) for name in found})

def kinds():
    found = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{fd}").partition(":")[0])
        except OSError:
            pass
    return {kind: found.count(kind) for kind in ("socket", "pipe")}

def limits():
    return [resource.getrlimit(value) for name, value in sorted(vars(resource).items())
            if name.startswith("RLIMIT_")]

shell = get_ipython()
standard = [sys.__stdin__, sys.__stdout__, sys.__stderr__]
connection = sys.argv[2]
loop = asyncio.get_event_loop()
mask = os.umask(0)
os.umask(mask)
status = [line for line in open("/proc/self/status")
          if line.startswith(("Sig", "Cap", "NoNewPrivs", "Seccomp", "Uid", "Gid"))]
facts = {
    "arguments": [sys.argv[0], sys.argv[1], *sys.argv[3:]],
    "command": [word for word in sys.orig_argv if word != connection],
    "connection file": os.path.exists(connection),
    "search path": sys.path,
    "importers": names(sys.meta_path) + names(sys.path_hooks),
    "flags": repr(sys.flags),
    "interpreter": [sys.executable, sys.prefix, sys.base_prefix, sys.version],
    "sys": sorted(vars(sys)),
    "builtins": sorted(vars(sys.modules["builtins"])),
    "main": [__name__, *sorted(vars(sys.modules["__main__"]))],
    "folder": os.getcwd(),
    "environment": {name: value for name, value in os.environ.items()
                    if name not in ("JPY_PARENT_PID", "TORCHINDUCTOR_CACHE_DIR")},
    "parent": int(os.environ["JPY_PARENT_PID"]) == os.getppid(),
    "leader": [os.getpgrp() == os.getpid(), os.getsid(0) == os.getpid()],
    "threads": names(thread.name for thread in threading.enumerate()),
    "handlers": {s.name: repr(signal.getsignal(s)) for s in signal.Signals},
    "status": status,
    "descriptors": kinds(),
    "mask": mask,
    "nice": os.nice(0),
    "limits": limits(),
    "recursion": sys.getrecursionlimit(),
    "switch": sys.getswitchinterval(),
    "garbage": [gc.isenabled(), gc.get_threshold()],
    "root logger": [repr(logging.root.handlers), logging.root.level],
    "standard": [[s.encoding, s.errors, s.isatty(), s.line_buffering, s.fileno()]
                 for s in standard],
    "replaced": [type(s).__qualname__ for s in
                 (sys.stdin, sys.stdout, sys.stderr, sys.displayhook, sys.excepthook)],
    "input": os.read(0, 1).decode(),
    "locale": locale.setlocale(locale.LC_ALL),
    "loop": [str(type(loop)), loop.is_running()],
    "profile": [shell.profile_dir.location, str(shell.history_manager.hist_file)],
    "shell": [shell.autoawait, shell.execution_count, type(shell.kernel).__qualname__,
              sorted(shell.extension_manager.loaded), shell.banner1,
              sorted(shell.magics_manager.magics["line"])],
    "configuration": sorted(shell.config),
}
"""

MODULES = """
modules = sorted(sys.modules)
filters = names(warnings.filters)
loggers = sorted(logging.root.manager.loggerDict)
"""

LIBRARIES = """
import matplotlib, matplotlib.backends.backend_agg, matplotlib.pyplot
import IPython.core.pylabtools
import numpy, torch, torch._dynamo
libraries = {
    "settings": {name: str(value) for name, value in matplotlib.rcParams.items()},
    "backend": matplotlib.get_backend(),
    "interactive": matplotlib.pyplot.isinteractive(),
    "torch": [torch.get_num_threads(), torch.get_num_interop_threads(),
              str(torch.get_default_dtype()), torch.is_grad_enabled(),
              torch.are_deterministic_algorithms_enabled(),
              torch.manual_seed(1) and torch.rand(3).tolist()],
    "numpy": [str(numpy.geterr()), str(numpy.get_printoptions())],
}
"""

TELL = """
print(json.dumps({name: globals().get(name) for name in
                  ("facts", "modules", "filters", "loggers", "libraries")}))
"""
