#!/bin/sh
# A machine for a test: systemd booted in systemd-nspawn, over an overlay of this host's files.
#
#   machine.sh DIRECTORY REPOSITORY     prints the id of a process; below it runs the machine
#
# It lasts until stdin ends, which a test's does however the test ends, and 10 minutes at most.
# Then every process of it is killed: with them go its mounts, which nobody else ever saw.
set -eu
trap '' INT TERM HUP
base=$1 repository=$2

# Cgroups of its own, in the trees that systemd uses: old, both, or new.
cgroups=
for tree in /sys/fs/cgroup/systemd /sys/fs/cgroup/unified /sys/fs/cgroup; do
  [ -e "$tree/cgroup.procs" ] || continue
  mkdir "$tree/lazarus-pit-test.$$"
  cgroups="$cgroups $tree/lazarus-pit-test.$$"
done

(
  for cgroup in $cgroups; do echo 0 >"$cgroup/cgroup.procs"; done
  exec setpriv --pdeathsig KILL \
    unshare --mount --propagation=private --pid --fork --kill-child --mount-proc \
    sh -euc '
      mount -t tmpfs -o mode=755 none "$1"
      mkdir "$1/upper" "$1/work" "$1/root"
      mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
      # What this host starts is not what the machine starts, nor what an installed copy left here.
      rm -rf "$1"/root/etc/systemd/system/* "$1"/root/etc/rc?.d/S*
      rm -rf "$1"/root/etc/lazarus-pit "$1"/root/var/lib/lazarus-pit "$1"/root/var/missions
      for unit in getty.target console-getty.service systemd-logind.service; do
        ln -s /dev/null "$1/root/etc/systemd/system/$unit"
      done
      : >"$1/root/etc/machine-id"
      exec systemd-nspawn --quiet --directory="$1/root" --machine=pit \
        --register=no --keep-unit --link-journal=no --private-network --console=pipe \
        --bind-ro="$2:/mnt" --boot systemd.unit=multi-user.target
    ' sh "$base" "$repository"
) </dev/null >"$base.log" 2>&1 &
echo $!

timeout 600 cat >/dev/null || true
exec 2>/dev/null
kill -KILL $! || true
wait $! || true
for cgroup in $cgroups; do
  for try in 1 2 3 4 5 6 7 8 9 10; do
    find "$cgroup" -depth -type d -exec rmdir {} + && break
    sleep 0.1
  done
done
rmdir "$base"
rm -f "$base.log"
