"""The errors that this package raises. Each message names what failed and what to do."""


class ImageError(Exception):
    """An image could not be defined, built, stored or found."""


class DefinitionError(ImageError):
    """A definition is wrong: the message names the file, the key and the mend."""


class BuildError(ImageError):
    """A root file system could not be built; nothing of it was kept."""


class StoreError(ImageError):
    """The store lacks an image, or what it holds is damaged."""


class CatalogError(ImageError):
    """A language name is unknown, or is not of the image that was asked for."""


class ImageChanged(ImageError):
    """A file of an image in use is no longer what it was."""
