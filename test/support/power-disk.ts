/** A disk whose power can be cut: an ext4 file system in a file on XFS, whose copy at one instant is what reached the disk. */
import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { programOf } from "./child.ts";

const mebibyte = 1024 * 1024;
const unmountMsMax = 60_000;

/** A mounted disk of that kind. */
export interface PowerDisk {
  /** Where its file system is. */
  readonly folder: string;
  /** Keeps what has reached the disk by now, without a word to any process. */
  cut(): void;
  /** Everything on it is what `cut` kept; every process that used it must be gone. */
  restore(): Promise<void>;
  /** Writes what the kernel still holds. */
  sync(): void;
  remove(): Promise<void>;
}

/** Makes and mounts one. @throws naming what this machine lacks: root, loop devices, XFS, a Debian package */
export function makePowerDisk(): PowerDisk {
  const mkfsXfs = programOf(["/usr/sbin/mkfs.xfs", "/sbin/mkfs.xfs"], "xfsprogs");
  const mkfsExt4 = programOf(["/usr/sbin/mkfs.ext4", "/sbin/mkfs.ext4"], "e2fsprogs");
  const base = mkdtempSync("/var/tmp/coldmark-power-");
  const [outer, folder] = [join(base, "outer"), join(base, "inner")];
  for (const path of [outer, folder]) mkdirSync(path);
  chmodSync(base, 0o755);
  const image = join(base, "outer.img");
  run("truncate", "-s", "6G", image);
  run(mkfsXfs, "-q", "-m", "reflink=1", image);
  mountLoop(image, outer);
  const [disk, kept] = [join(outer, "disk.img"), join(outer, "kept.img")];
  run("truncate", "-s", "2G", disk);
  run(mkfsExt4, "-q", "-F", disk);
  mountLoop(disk, folder);
  chmodSync(folder, 0o755);
  return {
    folder,
    cut: () => run("cp", "--reflink=always", disk, kept),
    restore: async () => {
      await unmount(folder);
      renameSync(kept, disk);
      mountLoop(disk, folder);
    },
    sync: () => run("sync", "-f", folder),
    remove: async () => {
      await unmount(folder);
      await unmount(outer);
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A file system in memory of so many MiB, which can grow. @throws naming what this machine lacks */
export function makeSmallDisk(sizeMiB: number): {
  folder: string;
  /** Takes up what is free but for so many MiB, or less where others who write meanwhile need it. */
  fillUp(leaveMiB: number): void;
  grow(sizeMiB: number): void;
  remove(): Promise<void>;
} {
  const folder = mkdtempSync("/var/tmp/coldmark-full-");
  mountOrSay(["-t", "tmpfs", "-o", `size=${sizeMiB}m,mode=755`, "tmpfs", folder]);
  return {
    folder,
    fillUp: (leaveMiB) => {
      const piece = Buffer.alloc(mebibyte);
      while (freeBytes(folder) > leaveMiB * mebibyte && isAppended(join(folder, "ballast"), piece));
    },
    grow: (size) => mountOrSay(["-o", `remount,size=${size}m`, folder]),
    remove: async () => {
      await unmount(folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Whether there was room for it. */
function isAppended(path: string, piece: Uint8Array): boolean {
  try {
    appendFileSync(path, piece);
    return true;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw fault;
  }
}

function mountLoop(image: string, folder: string): void {
  mountOrSay(["-o", "loop", image, folder]);
}

function mountOrSay(args: readonly string[]): void {
  try {
    run("mount", ...args);
  } catch (cause) {
    const needs =
      "root, loop devices and the file systems xfs, ext4 and tmpfs (a virtual machine, or a privileged container)";
    throw new Error(`mount ${args.join(" ")} is refused; this test needs ${needs}`, { cause });
  }
}

/** A killed server's children hold its files for a moment. */
async function unmount(folder: string): Promise<void> {
  for (const deadline = Date.now() + unmountMsMax; ; ) {
    try {
      run("umount", folder);
      return;
    } catch (fault) {
      if (Date.now() > deadline) throw fault;
      await pause(200);
    }
  }
}

function run(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: "utf8", stdio: "pipe" });
}
