#!/bin/bash
# build.sh KERNEL DIRECTORY: makes DIRECTORY/vmlinuz and DIRECTORY/initrd.gz, a guest whose only program is guestload, from
# an installed Debian cloud kernel (KERNEL: /boot/vmlinuz-VERSION) and busybox-static. Takes about a second.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
kernel=$1 directory=$2
modules=/lib/modules/${kernel#/boot/vmlinuz-}/kernel/drivers

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,proc,sys,dev,modules}
cp /bin/busybox "$root/bin/busybox"
gcc -O2 -Wall -Wextra -static -o "$root/bin/guestload" "$here/guestload.c"
for module in virtio/{virtio,virtio_ring,virtio_pci_legacy_dev,virtio_pci_modern_dev,virtio_pci} block/virtio_blk; do
  cp "$modules/$module.ko" "$root/modules/"
done
install -m 755 "$here/init" "$root/init"
(cd "$root" && find . | cpio --create --format=newc --quiet | gzip -9) >"$directory/initrd.gz"
cp "$kernel" "$directory/vmlinuz"
