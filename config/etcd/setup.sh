#!/bin/sh
# Sets up etcd for a fleet. Run it in an empty directory of root's, once; it writes there.
#
#   setup.sh certs e1 e2 10.0.0.3                a CA, a certificate for these servers, one for clients
#   setup.sh renew e1 e2 10.0.0.3                new certificates from this CA: they expire after 825 days
#   setup.sh users https://e1:2379 alpha beta    roles, accounts and passwords; then turns users on
#   setup.sh host https://e1:2379 gamma          one more host, later
#
# Each server gets ca.pem, server.pem and server.key; each host ca.pem, client.pem, client.key and its
# own <name>.password. People who only look get viewer.password, operators operator.password. ca.key
# and root.password stay here.
set -eu
umask 077
prefix=${FLEET_PREFIX:-/lazarus-pit/v1/}
export LC_ALL=C

die() {
  echo "setup.sh: $1" >&2
  exit 1
}

# Runs a command, and prints its messages only if it fails.
quietly() {
  "$@" 2>messages.log || { cat messages.log >&2; rm messages.log; exit 1; }
  rm messages.log
}

# A key, and a certificate with the extensions $2. It has no common name: with users on, etcd's gateway
# refuses a client whose certificate has one. The new pair replaces an earlier one only when it is complete.
certificate() {
  quietly openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/O=lazarus-pit" \
    -keyout "$1.key.new" -out "$1.csr"
  printf '%s\n' "$2" >"$1.ext"
  quietly openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 \
    -extfile "$1.ext" -out "$1.pem.new"
  rm "$1.csr" "$1.ext"
  mv "$1.key.new" "$1.key"
  mv "$1.pem.new" "$1.pem"
}

certs() {
  : "${1:?the names or addresses of the servers, as in endpoints}"
  [ ! -e ca.key ] || die "there is a ca.key here already; use an empty directory"
  quietly openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -subj "/CN=lazarus-pit fleet" -keyout ca.key -out ca.pem
  renew "$@"
}

renew() {
  : "${1:?the names or addresses of the servers, as in endpoints}"
  [ -e ca.key ] && [ -e ca.pem ] || die "ca.key or ca.pem is missing in this directory; run it where setup.sh certs was run"
  names="IP:127.0.0.1,DNS:localhost"
  for name; do
    case $name in
    *:*) names="$names,IP:$name" ;;
    *[!0-9.]*) names="$names,DNS:$name" ;;
    *) names="$names,IP:$name" ;;
    esac
  done
  certificate server "subjectAltName=$names
extendedKeyUsage=serverAuth,clientAuth"
  certificate client "extendedKeyUsage=clientAuth"
}

etcd() {
  ETCDCTL_API=3 etcdctl --endpoints "$endpoint" --cacert ca.pem --cert client.pem --key client.key "$@" >/dev/null
}
as_root() {
  (ETCDCTL_USER="root:$(cat root.password)" && export ETCDCTL_USER && etcd "$@")
}

# $1: how to call etcdctl. $2: the account. $3: its role.
account() {
  openssl rand -hex 24 >"$2.password"
  "$1" user add "$2" --interactive=false <"$2.password"
  "$1" user grant-role "$2" "$3"
}

# A name that fleet_name takes and that has no account here: a password of another must not be overwritten.
check_host() {
  case $1 in
  root | viewer | operator) die "$1 has an account for other work; give the host another fleet_name" ;;
  "" | [!a-z0-9]* | *[!a-z0-9.-]*) die "\"$1\" cannot be a fleet_name; use a to z, 0 to 9, dots and dashes" ;;
  esac
  [ ! -e "$1.password" ] ||
    die "there is $1.password here already; to make the account anew: etcdctl user delete $1, etcdctl role delete host-$1, rm $1.password"
}

account_of_host() {
  "$1" role add "host-$2" || die "cannot add the role host-$2; where an earlier run was cut off: etcdctl role delete host-$2, etcdctl user delete $2"
  for kind in alive reports leaving timer; do
    "$1" role grant-permission "host-$2" readwrite "$prefix$kind/$2"
  done
  "$1" role grant-permission "host-$2" --prefix=true readwrite "${prefix}homes/"
  "$1" role grant-permission "host-$2" --prefix=true read "${prefix}orders/"
  account "$1" "$2" "host-$2"
}

users() {
  [ ! -e users-are-on ] || die "there are users here already; add a host with: setup.sh host"
  [ ! -e root.password ] ||
    die "an earlier run was cut off before users were on; remove what it made with etcdctl user and role, and all .password files, and run it again"
  [ -e client.pem ] || die "client.pem is missing in this directory; run it where setup.sh certs was run"
  for name; do check_host "$name"; done
  etcd role add viewer
  etcd role grant-permission viewer --prefix=true read "$prefix"
  etcd role add operator
  etcd role grant-permission operator --prefix=true readwrite "$prefix"
  account etcd root root
  account etcd viewer viewer
  account etcd operator operator
  for name; do account_of_host etcd "$name"; done
  etcd auth enable
  : >users-are-on
}

host() {
  : "${1:?the names of the hosts, as in fleet_name}"
  [ -e root.password ] || die "root.password is missing in this directory; run it where setup.sh users was run"
  for name; do check_host "$name"; done
  for name; do account_of_host as_root "$name"; done
}

step=${1:-}
[ $# -eq 0 ] || shift
case $step in
certs | renew) "$step" "$@" ;;
users | host)
  endpoint=${1:?the address of a server, such as https://e1:2379}
  shift
  "$step" "$@"
  ;;
*)
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 64
  ;;
esac
