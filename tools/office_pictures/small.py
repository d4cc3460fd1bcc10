"""Small PNG files of screenshots: at most 256 colours, written without an imaging library.

Screens have few colours but for the soft edges of letters; these go to the nearest of the commonest. Chromium itself
decodes the screenshot, so that nothing has to be installed.
"""

import base64
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOURS = 255
STEPS = 8
"""Shades a channel is counted in; the palette keeps the true mean of each."""
_DECODE = """async data => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  let text = "";
  for (let at = 0; at < pixels.length; at += 32768) text += String.fromCharCode(...pixels.subarray(at, at + 32768));
  return [bitmap.width, bitmap.height, btoa(text)];
}"""


def small_png(blank: Any, screenshot: bytes) -> bytes:
    """The same picture in few colours. blank: a page of the browser at about:blank, which decodes; screenshot: a PNG."""
    width, height, text = blank.evaluate(_DECODE, base64.b64encode(screenshot).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width, 4)[:, :, :3]
    palette, places = _few_colours(pixels.reshape(-1, 3))
    return _png(palette, places.reshape(height, width))


def _few_colours(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Palette (n, 3) and for every pixel its place in it."""
    packed = (pixels.astype(np.uint32) // STEPS) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    _kinds, of, counts = np.unique(packed, return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(of, pixels[:, channel]) / counts for channel in range(3)], axis=1)
    chosen = np.argsort(-counts)[:COLOURS]
    palette = means[chosen].round().astype(np.uint8)
    nearest = ((means[:, None, :] - means[chosen][None, :, :]) ** 2).sum(axis=2).argmin(axis=1)
    return palette, nearest.astype(np.uint8)[of]


def _png(palette: NDArray[np.uint8], places: NDArray[np.uint8]) -> bytes:
    height, width = places.shape
    lines = np.hstack([np.zeros((height, 1), np.uint8), places]).tobytes()
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )
