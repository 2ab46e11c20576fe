#!/usr/bin/env bash
# Requests a second of `flode run` beside nginx, which hands out the very same files: 200, 304 and compressed, one after the
# other on one machine. Needs nginx and h2load (Debian: nginx-light, nghttp2-client). About a minute.
#
#   benches/serve.sh [target/release/flode]
set -euo pipefail
cd "$(dirname "$0")/.."
flode=$(realpath "${1:-target/release/flode}")
requests=${REQUESTS:-30000}
clients=${CLIENTS:-32}

dir=$(mktemp -d)
cleanup() {
  for pid in "${server:-}" "${proxy:-}" "${origin:-}"; do
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
  done
  rm -rf "$dir"
}
trap cleanup EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# A list of 50 items with summaries: a feed of the usual length.
mkdir "$dir/site"
{
  echo '<!DOCTYPE html><html lang="sv"><title>Nyheter</title><main><ul class="news">'
  for n in $(seq 50); do
    echo "<li class=\"item\"><h2><a href=\"/n/$n\">Nyhet nummer $n om spårvagnar och broar</a></h2><p>Regionen bygger en ny" \
      "hållplats vid torg $n, och den som reser dit i dag får ta bussen i stället; arbetet väntas pågå till våren.</p></li>"
  done
  echo '</ul></main></html>'
} >"$dir/site/index.html"
wait_for() {
  for _ in $(seq 100); do
    curl -fs -o /dev/null "$@" && return
    sleep 0.1
  done
  echo "no answer: $*" >&2
  cat "$dir/log" >&2 || true
  exit 1
}
site=$(free_port) own=$(free_port) other=$(free_port) second=$(free_port)
python3 -m http.server --bind 127.0.0.1 --directory "$dir/site" "$site" >/dev/null 2>&1 &
origin=$!
wait_for "http://127.0.0.1:$site/"

cat >"$dir/config.toml" <<TOML
[site]
title = "Nyheter"
link = "http://127.0.0.1:$site/"
[serve]
listen = "127.0.0.1:$own"
[[source]]
id = "nyheter"
url = "http://127.0.0.1:$site/"
schedule = "0 0 1 1 *"
default_category = "Kultur"
[source.recipe]
list = "ul.news"
item = "li.item"
title = "h2"
link = "h2 a@href"
summary = "p"
TOML
"$flode" run --config "$dir/config.toml" >"$dir/log" 2>&1 &
server=$!
wait_for "http://127.0.0.1:$own/kultur.rss"

# One worker for each processor, as flode has; files kept open; compressed on the way, for nginx has no files of the kind.
# Root's workers would be of a user who may not read the directory.
if [ "$(id -u)" = 0 ]; then user="user root;"; fi
cat >"$dir/nginx.conf" <<CONF
${user:-} daemon off; worker_processes auto; pid $dir/nginx.pid; error_log $dir/nginx.log;
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path $dir/t1; proxy_temp_path $dir/t2; fastcgi_temp_path $dir/t3;
  uwsgi_temp_path $dir/t4; scgi_temp_path $dir/t5; keepalive_requests 10000000; open_file_cache max=100;
  sendfile on; tcp_nopush on; gzip on; gzip_types application/rss+xml; types { application/rss+xml rss; }
  server { listen 127.0.0.1:$other; listen 127.0.0.1:$second http2; root $dir/feeds; add_header Cache-Control "public, max-age=900"; }
}
CONF
nginx -c "$dir/nginx.conf" -p "$dir" >/dev/null 2>&1 &
proxy=$!
wait_for "http://127.0.0.1:$other/kultur.rss"

tag() { curl -fsI "http://127.0.0.1:$1/kultur.rss" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: //p'; }
rate() { # port, further arguments of h2load
  local port=$1
  shift
  h2load -n "$requests" -c "$clients" -t 1 "$@" "http://127.0.0.1:$port/kultur.rss" |
    sed -n 's/^finished in .*, \([0-9.]*\) req\/s.*/\1/p'
}
best() { # of three
  for _ in 1 2 3; do rate "$@"; done | sort -g | tail -1 | cut -d. -f1
}
echo "$(stat -c %s "$dir/feeds/kultur.rss") bytes, $clients connections, $requests requests, $(nproc) processors, best of three:"
printf '%-24s %10s %10s\n' "requests a second" flode nginx
row() { printf '%-24s %10s %10s\n' "$1" "$2" "$3"; }
row "200" "$(best "$own" --h1)" "$(best "$other" --h1)"
row "200, gzip" "$(best "$own" --h1 -H 'Accept-Encoding: gzip')" "$(best "$other" --h1 -H 'Accept-Encoding: gzip')"
row "304" "$(best "$own" --h1 -H "If-None-Match: $(tag "$own")")" "$(best "$other" --h1 -H "If-None-Match: $(tag "$other")")"
row "200, HTTP/2" "$(best "$own" -m 10)" "$(best "$second" -m 10)"
