#!/bin/sh
# Makes sure that Chromium and a Chinese font are there, for the browser tests and the pictures of the guides.
# Installs them on Debian and its relatives (as root, or where sudo asks for no password); elsewhere says what is missing.
set -eu

missing=""
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="chromium"
if ! command -v fc-list >/dev/null; then
	missing="$missing fontconfig fonts-noto-cjk"
elif [ -z "$(fc-list :lang=zh-cn family)" ]; then
	missing="$missing fonts-noto-cjk"
fi
[ -n "$missing" ] || exit 0

tell() {
	echo "浏览器测试需要 Chromium（或 Google Chrome）和中文字体，本机缺少：$missing" >&2
	echo "The browser tests need Chromium (or Google Chrome) and a Chinese font; missing here:$missing" >&2
	echo "$1" >&2
	exit 1
}

command -v apt-get >/dev/null || tell "请用本机的软件管理工具安装后重试。 Install them with your system's package manager and run again."
if [ "$(id -u)" = 0 ]; then
	as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root="sudo -n"
else
	tell "请运行 / run: sudo apt-get install --no-install-recommends $missing"
fi

echo "== installing$missing (Debian packages)"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 - a list of names, and an empty or two-word prefix
{
	$as_root apt-get update -qq
	$as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null
} || tell "apt-get 没有装上；请查看上面的输出。 apt-get failed; see above."
