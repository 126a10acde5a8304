"""Figures: one function per figure, which takes the table it draws and returns a Figure; a module per notebook."""

import pkgutil

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach(
    __name__,
    submodules=[module.name for module in pkgutil.iter_modules(__path__)],
    submod_attrs={"style": ["caption", "looks_same", "png", "save", "show"]},
)
