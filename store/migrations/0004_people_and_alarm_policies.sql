-- The fifth role: people of the operator look at every organisation's equipment and alarms, and change nothing by it.
DO $$
BEGIN
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'coldmark_operator') THEN
      CREATE ROLE coldmark_operator NOLOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
    END IF;
  EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database's first start made it between the two statements
  END;
  BEGIN
    EXECUTE 'GRANT coldmark_operator TO CURRENT_USER'
      || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT FALSE' ELSE '' END;
  EXCEPTION WHEN insufficient_privilege THEN
    NULL; -- an administrator made the role and granted it already
  END;
  GRANT USAGE ON SCHEMA public TO coldmark_operator;
END $$;
--> statement-breakpoint
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['alarms', 'memberships'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', named);
    EXECUTE format(
      'CREATE POLICY own_tenant ON %I TO coldmark_app
         USING (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))
         WITH CHECK (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))', named);
  END LOOP;
  -- What the console shows of every organisation, and no more: readings come through the readings store.
  FOREACH named IN ARRAY ARRAY[
    'organisations', 'sites', 'equipment', 'sensors', 'sensor_placements', 'calibrations', 'gateways',
    'gateway_progress', 'latest_values', 'excursions', 'windows', 'alarms'
  ] LOOP
    EXECUTE format('CREATE POLICY operator_reads ON %I FOR SELECT TO coldmark_operator USING (true)', named);
    IF named <> 'gateways' THEN
      EXECUTE format('GRANT SELECT ON %I TO coldmark_operator', named);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
-- Of a gateway not its password's hash.
GRANT SELECT (tenant_id, id, kind, signature_required) ON gateways TO coldmark_operator;
--> statement-breakpoint
CREATE POLICY worker_all ON alarms TO coldmark_worker USING (true) WITH CHECK (true);
--> statement-breakpoint
-- The worker opens and clears alarms; a person acknowledges them. Nobody deletes one.
GRANT SELECT, INSERT ON alarms TO coldmark_worker;
--> statement-breakpoint
GRANT UPDATE (since_ts, until_ts, extreme_milli_c, cleared_at) ON alarms TO coldmark_worker;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE alarms_id_seq TO coldmark_worker;
--> statement-breakpoint
GRANT SELECT ON alarms TO coldmark_app;
--> statement-breakpoint
GRANT UPDATE (acknowledged_at, acknowledged_by, action, reason) ON alarms TO coldmark_app;
--> statement-breakpoint
-- People: who they are and where they are signed in is the business of the role that lets in, and of no other.
DO $$
DECLARE
  named text;
BEGIN
  FOREACH named IN ARRAY ARRAY['users', 'sessions', 'accounts', 'verifications'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', named);
    EXECUTE format('CREATE POLICY auth_all ON %I TO coldmark_auth USING (true) WITH CHECK (true)', named);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON users, accounts TO coldmark_auth;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, verifications TO coldmark_auth;
--> statement-breakpoint
CREATE POLICY auth_reads ON memberships FOR SELECT TO coldmark_auth USING (true);
--> statement-breakpoint
GRANT SELECT ON memberships TO coldmark_auth;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON memberships TO coldmark_app;
--> statement-breakpoint
-- Who came in and who left is written with the session itself, a new password with its hash, in one transaction.
CREATE POLICY auth_notes ON audit FOR INSERT TO coldmark_auth
  WITH CHECK (action IN ('person.sign-in', 'person.sign-out', 'person.password'));
--> statement-breakpoint
GRANT INSERT ON audit TO coldmark_auth;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE audit_id_seq TO coldmark_auth;
