import { expect, test } from "vitest";
import { profileOf } from "./profiles.ts";

test("CN-GSP records every 30 min in storage, 5 min in transport, 2 min out of limits", () => {
  const profile = profileOf("CN-GSP", 1);
  expect(profile?.scopes.warehouse.recordIntervalMs.value).toBe(1_800_000);
  expect(profile?.scopes.transport.recordIntervalMs.value).toBe(300_000);
  expect(profile?.scopes.shop.recordIntervalOutMs.value).toBe(120_000);
  expect(profile?.scopes.shop.alarmDelayMs.value).toBe(0);
});

test("a shop's refrigerator needs one point and no humidity, a warehouse two and humidity", () => {
  const scopes = profileOf("CN-GSP", 1)?.scopes;
  expect([scopes?.shop.pointsMin.value, scopes?.shop.humidityRequired]).toEqual([1, false]);
  expect([scopes?.warehouse.pointsMin.value, scopes?.warehouse.humidityRequired]).toEqual([2, true]);
});

test("no number claims to have been read in the law itself", () => {
  for (const name of ["CN-GSP", "EU-GDP", "US-USP"]) {
    const text = JSON.stringify(profileOf(name, 1));
    expect(text).toContain('"verified":false');
    expect(text).not.toContain('"verified":true');
  }
});

test("an unknown name or version has no rules", () => {
  expect(profileOf("CN-GSP", 2)).toBeNull();
  expect(profileOf("toString", 1)).toBeNull();
});
