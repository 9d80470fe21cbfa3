const gs1 = "https://ref.gs1.org/voc/";

/**
 * The links of one pack as a linkset (RFC 9264 §4.2) in GS1's link types; the same for known and unknown packs. They lead on
 * by the code as it was asked, with the lot that it carries.
 */
export function linksetOf({ epc, code }: { epc: string; code: string }, path: string) {
  const json = `/v1/provenance/${encodeURIComponent(code)}`;
  const pageLinks = ["zh-CN", "en"].map((lang) => ({
    href: `${encodeURI(path)}?lang=${lang}`,
    title: lang === "en" ? "Was it kept cold?" : "是否全程冷链?",
    type: "text/html",
    hreflang: [lang],
  }));
  return {
    linkset: [
      {
        anchor: epc,
        [`${gs1}defaultLink`]: pageLinks.slice(0, 1),
        [`${gs1}pip`]: pageLinks,
        [`${gs1}traceability`]: [{ href: json, title: "Provenance", type: "application/json" }],
        [`${gs1}certificationInfo`]: [
          { href: `${json}/bundle`, title: "Proof bundle", type: "application/json" },
        ],
      },
    ],
  };
}
