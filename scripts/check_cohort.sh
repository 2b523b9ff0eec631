#!/bin/sh
# Writes the tables and the page of many cases, made from one, and prints time, memory and sizes: check_cohort.sh [CASES]
# Compares Parquet with CSV by pyarrow, and opens the page in Chromium; either is skipped where it is not to be had.
set -eu
cd "$(dirname "$0")/.."
cases="${1:-2000}"
place=target/cohort
venv=target/venv-cohort
if ! command -v python3 >/dev/null; then
    echo "the outputs of a cohort not checked: no python3"
    exit 0
fi
rm -rf "$place"
cargo run --release --quiet -- phantom --cases 1 --out "$place/phantom"
cargo run --release --quiet -- segment "$place/phantom" --out "$place/one"
python3 scripts/many_records.py "$place/one/phantom-001" "$place/many" "$((cases - 1))"
# Measuring one more case writes the outputs of all.
time="$(command -v /usr/bin/time || true)"
${time:+"$time" -f "%e s, %M kB of memory"} target/release/myops quantify "$place/phantom" --out "$place/many" >/dev/null
ls -l "$place/many" | awk '/cohort/ { print $5, $9 }'
if python3 -m venv "$venv" && "$venv/bin/pip" install --quiet pyarrow; then
    "$venv/bin/python" scripts/check_cohort.py "$place/many"
else
    echo "cohort.parquet not checked: pyarrow cannot be installed"
fi
browser="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
if [ -z "$browser" ]; then
    echo "cohort.html not checked: no chromium"
    exit 0
fi
# The same page with a script that says how long it takes.
page="$place/many/timed.html"
cp "$place/many/cohort.html" "$page"
cat scripts/time_cohort.html >>"$page"
"$browser" --headless --no-sandbox --disable-gpu --dump-dom "file://$PWD/$page" >"$place/dom.html" 2>/dev/null
if ! grep -q '<p id="timed">' "$place/dom.html"; then
    echo "cohort.html does not open"
    exit 1
fi
sed -n 's/.*<p id="timed">\([^<]*\).*/cohort.html: \1/p' "$place/dom.html"
if grep -q '<img src="x"' "$place/dom.html"; then
    echo "a case's name became markup"
    exit 1
fi
python3 - "$place/dom.html" <<'END'
import html, pathlib, re, sys, urllib.parse

dom = pathlib.Path(sys.argv[1])
links = re.findall(r'<img [^>]*src="([^"]+)"', dom.read_text())
files = [dom.parent / "many" / urllib.parse.unquote(html.unescape(link)) for link in links]
missing = [str(file) for file in files if not file.is_file()]
assert files and not missing, f"links lead nowhere: {missing}"
END
