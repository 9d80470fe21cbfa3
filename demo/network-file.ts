/** The register file (JSON) as `./coldmark register` takes it, as far as the demo writes it. */

/** A name in both languages. */
export interface Names {
  readonly zh: string;
  readonly en: string;
}

/** An enrolled public key; base64. */
export interface KeyRecord {
  readonly kid: string;
  readonly alg: "Ed25519";
  readonly publicKey: string;
  readonly offline?: boolean;
}

/** A measuring point in an equipment, read by a channel of a gateway. */
export interface SensorRecord {
  readonly id: string;
  readonly gateway: string;
  readonly channel: string;
  readonly point: string;
  readonly since: string;
  readonly calibrations: readonly {
    readonly certificate: string;
    readonly calibratedAt: string;
    readonly validUntil: string;
    readonly errorC: number;
  }[];
}

/** A refrigerator, cold room, vehicle or box; one without `since` counts from when the server takes it in. */
export interface EquipmentRecord {
  readonly id: string;
  readonly kind: "refrigerator" | "coldroom" | "vehicle" | "box";
  readonly scope: "shop" | "warehouse" | "transport";
  readonly names: Names;
  readonly extension?: string;
  readonly giai?: string;
  readonly grai?: string;
  readonly label: string;
  readonly lowerLimitC: number;
  readonly upperLimitC: number;
  readonly profile: "CN-GSP";
  readonly segmentMs?: number;
  readonly validatedMs?: number;
  readonly since?: string;
  readonly sensors: readonly SensorRecord[];
}

/** A gateway with its key and its password for the broker. */
export interface GatewayRecord {
  readonly id: string;
  readonly kind: "native";
  readonly signatureRequired: boolean;
  readonly keys: readonly KeyRecord[];
  readonly mqttPassword: string;
}

/** A shop, a warehouse or a vehicle. */
export interface SiteRecord {
  readonly id: string;
  readonly kind: "shop" | "warehouse" | "vehicle";
  readonly gln: string;
  readonly names: Names;
  readonly city?: Names;
  readonly province?: Names;
  readonly label: string;
  readonly equipment: readonly EquipmentRecord[];
  readonly gateways: readonly GatewayRecord[];
}

/** A product with its label limits; a lot with its expiry (YYYY-MM-DD). */
export interface ProductRecord {
  readonly gtin: string;
  readonly names: Names;
  readonly lowerLimitC: number;
  readonly upperLimitC: number;
  readonly effectiveFrom: string;
}

/** Somebody who may sign in for an organisation. */
export interface PersonRecord {
  readonly email: string;
  readonly name: string;
  readonly role: "operator" | "manager" | "auditor";
  readonly password: string;
}

/** An organisation with what it owns. */
export interface OrganisationRecord {
  readonly id: string;
  readonly kind: "operator" | "manufacturer" | "wholesaler" | "carrier" | "pharmacy";
  readonly names: Names;
  readonly gln: string;
  readonly keys: readonly KeyRecord[];
  readonly apiKeys: readonly {
    readonly id: string;
    readonly scopes: readonly string[];
    readonly secret: string;
  }[];
  readonly people?: readonly PersonRecord[];
  readonly sites?: readonly SiteRecord[];
  readonly products?: readonly ProductRecord[];
  readonly lots?: readonly { readonly gtin: string; readonly lot: string; readonly expiry: string }[];
}

/** The whole file, signed by the offline keys of the organisations whose back-dated statements it holds. */
export interface NetworkFile {
  readonly coldmark: 1;
  readonly operator: string;
  readonly organisations: readonly OrganisationRecord[];
  readonly signatures: readonly { readonly kid: string; readonly sig: string }[];
}
