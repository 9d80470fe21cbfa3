import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programOf } from "./child.ts";

/** A certificate and its private key, both PEM. */
interface Issued {
  readonly certificate: string;
  readonly key: string;
}

/** A certification authority of a test. */
interface Authority {
  readonly certificate: string;
  /** A certificate whose CN, and IP address where it is one, is `name`; `expired` ends before today. */
  issue(name: string, change?: { expired?: boolean }): Issued;
}

/** Makes authorities and certificates with the `openssl` program, in a folder that `remove` deletes. */
export function deviceTls(): { authority(name: string): Authority; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-tls-"));
  const program = programOf(["/usr/bin/openssl"], "openssl");
  let made = 0;
  const openssl = (...options: string[]) => execFileSync(program, options, { cwd: folder, stdio: "pipe" });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const newKey = (name: string) =>
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name);
  return {
    authority: (name) => {
      made += 1;
      const ca = `ca-${made}`;
      newKey(`${ca}.key`);
      openssl(
        "req",
        "-x509",
        "-new",
        "-key",
        `${ca}.key`,
        "-subj",
        `/CN=${name}`,
        "-days",
        "2",
        "-out",
        `${ca}.pem`,
      );
      return {
        certificate: read(`${ca}.pem`),
        issue: (subject, { expired = false } = {}) => {
          made += 1;
          const own = `own-${made}`;
          newKey(`${own}.key`);
          openssl("req", "-new", "-key", `${own}.key`, "-subj", `/CN=${subject}`, "-out", `${own}.csr`);
          const isAddress = /^[\d.]+$/.test(subject);
          writeFileSync(join(folder, `${own}.ext`), isAddress ? `subjectAltName=IP:${subject}\n` : "");
          openssl(
            ...["x509", "-req", "-in", `${own}.csr`, "-CA", `${ca}.pem`, "-CAkey", `${ca}.key`],
            ...[
              "-CAcreateserial",
              "-extfile",
              `${own}.ext`,
              "-days",
              expired ? "-1" : "2",
              "-out",
              `${own}.pem`,
            ],
          );
          return { certificate: read(`${own}.pem`), key: read(`${own}.key`) };
        },
      };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
