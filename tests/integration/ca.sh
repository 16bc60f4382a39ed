# What stories say to the front before Pebble (tests/world/ca_front), which is the CA for the product.
# Sourced by lib.sh.
# shellcheck shell=bash disable=SC2034

# The same CA at another address, which makes it another CA for the property `server`.
front_directory=https://198.51.100.1:14999/dir
front_log=${WORLD_LOGS-}/ca-front.log

# front_order ORDER JSON, see ca_front/control.py. It holds when the command has ended.
front_order() {
  local said
  said=$(curl -sS --fail-with-body --max-time 10 --unix-socket /run/ca-front/control -d "$2" "http://front/$1" 2>&1) ||
    fail "the front before Pebble: $said"
}

# ca_time SECONDS: how far the CA is ahead from now on; `at_time` does that for one command.
ca_time() {
  echo "$1" >/run/ca-front/time.new
  mv /run/ca-front/time.new /run/ca-front/time
}
ca_ahead() { cat /run/ca-front/time 2>/dev/null || echo 0; }

# ca_front MODE [DIRECTORY]: forgets what was said about requests, ends all connections, and from now on
# `works`: Pebble answers; `limited`: so it does, but each new order is refused for two hours; `500` or
# another number: an error as of a broken proxy; `hangs`: requests are taken and never answered; `down`:
# nothing listens. Of the CA at that directory's address; without one, at both.
ca_front() {
  local port=0 only=()
  [[ -z ${2-} ]] || { port=${2##*:} port=${port%%/*} only=("port=$port"); }
  front_order close "{\"port\": $port}"
  front_order forget "{\"port\": $port}"
  case $1 in
    down) return 0 ;;
    works) ;;
    limited)
      ca_answers POST '^/order-plz$' times=0 status=429 problem=rateLimited detail="too many new orders" \
        header="Retry-After: 7200" ${only[@]+"${only[@]}"}
      ;;
    hangs) ca_answers ANY / times=0 hang=true ${only[@]+"${only[@]}"} ;;
    *)
      ca_answers ANY / times=0 status="$1" body='<html><head><title>Welcome to the proxy</title></head></html>' \
        ${only[@]+"${only[@]}"}
      ;;
  esac
  front_order open "{\"port\": $port}"
}

# ca_answers METHOD PATH KEY=VALUE...: what becomes of the next request that matches (METHOD may be ANY,
# PATH is a regular expression). The keys are those of ca_front/rules.py, and header='Name: value', or
# header=Name: for none. E.g. ca_answers POST ^/order-plz skip=1 times=2 status=503 header='Retry-After: 3600'
ca_answers() {
  local method=$1 path=$2
  shift 2
  [[ $method != ANY ]] || method=
  front_order rule "$(jq -nc --arg method "$method" --arg path "$path" '
    def pair: capture("^(?<key>[a-z]+)=(?<value>.*)$"; "s") // error("no KEY=VALUE: " + .);
    reduce ($ARGS.positional[] | pair) as {$key, $value} ({method: $method, path: $path};
      if $key == "header" then
        ($value | capture("^(?<name>[^:]+): ?(?<text>.*)$")) as {$name, $text} |
        .headers[$name] = (if $text == "" then null else $text end)
      elif $key | IN("problem", "detail", "body", "reset", "bytes", "payload") then .[$key] = $value
      else .[$key] = ($value | fromjson)
      end)' --args -- "$@")"
}

serial_in_use() { openssl x509 -in "$DOKKU_ROOT/$1/tls/server.crt" -noout -serial | cut -d= -f2; }

# with_usual_serial APP [COMMAND...]: the certificate in use, ordered anew by COMMAND (`dokku ... enable
# APP --force`) while Pebble would not find it as `replaces`: it looks for the serial as RFC 9773 section
# 4.1 has it, with a zero byte before a first bit that is set, among those without. That is one in 256.
with_usual_serial() {
  local app=$1
  shift
  (($# > 0)) || set -- dokku letsencrypt:enable "$app" --force
  while [[ $(serial_in_use "$app") == [89A-F]* ]]; do "$@" >/dev/null; done
}

# ca_revokes APP [REASON]: the certificate in use was revoked elsewhere. Its renewal window is past,
# and the CA's list has it; a certificate that was issued before the front woke does not name the list.
ca_revokes() { front_order revoke "{\"serial\": \"$(serial_in_use "$1")\", \"reason\": ${2:-0}}"; }

# ca_renewal_info APP TEXT: what is answered from now on about the certificate in use.
ca_renewal_info() {
  front_order renewal-info "$(jq -nc --arg serial "$(serial_in_use "$1")" --arg answer "$2" '{$serial, $answer}')"
}

# What the front was asked, one JSON object a line: time (the CA's), port, method, path, answered (a status
# or what it was instead), payload (of the JWS), agent. It hears nothing before it is woken: by any word
# to it, or by at_time.
front_requests() { wc -l <"$front_log"; }
# front_requests_since MARK [DIRECTORY]: those after the first MARK, of all or to that CA.
front_requests_since() {
  local port=${2-}
  port=${port##*:}
  tail -n "+$(($1 + 1))" "$front_log" | jq -c --arg port "${port%%/*}" 'select($port == "" or .port == ($port | tonumber))'
}
# front_orders MARK [DIRECTORY]: the payloads of the new orders since, one a line.
front_orders() { front_requests_since "$@" | jq -c 'select(.method == "POST" and .path == "/order-plz").payload'; }
