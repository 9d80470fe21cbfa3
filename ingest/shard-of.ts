/** Which shard of the gateways this one is in, 0 … shards - 1: FNV-1a over its name, the same in every process. */
export function shardOf(gateway: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < gateway.length; at += 1) {
    hash = Math.imul(hash ^ gateway.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash % shards;
}
