-- Who says that somebody is a colleague: the company's file, a group on a platform, or anybody else. Each looks after
-- its own rows alone. An account that the file names is the file's, and has what its groups give beside that.
ALTER TABLE staff ADD COLUMN source text NOT NULL DEFAULT 'file' CHECK (source IN ('file', 'group', 'other'));
ALTER TABLE staff_identities ADD COLUMN source text NOT NULL DEFAULT 'file' CHECK (source IN ('file', 'group', 'other'));
ALTER TABLE staff_roles ADD COLUMN source text NOT NULL DEFAULT 'file' CHECK (source IN ('file', 'group', 'other'));
ALTER TABLE staff_roles DROP CONSTRAINT staff_roles_pkey;
ALTER TABLE staff_roles ADD PRIMARY KEY (company_id, staff_id, role, source);
ALTER TABLE staff ALTER COLUMN source SET DEFAULT 'other';
ALTER TABLE staff_identities ALTER COLUMN source SET DEFAULT 'other';
ALTER TABLE staff_roles ALTER COLUMN source SET DEFAULT 'other';

-- Groups of the platforms whose members are colleagues, as the company's file names them. installation_id may name a
-- workspace that is not installed yet.
CREATE TABLE staff_groups (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL,
  installation_id uuid NOT NULL,
  channel text NOT NULL,
  workspace text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('usergroup', 'channel', 'role', 'team')),
  external_id text NOT NULL,
  roles text[] NOT NULL,
  due_at timestamptz NOT NULL DEFAULT now(), -- when it is read next
  begun_at timestamptz, -- when it was last begun to be read
  read_at timestamptz, -- when it was last read whole
  failing_since timestamptz, -- since when it cannot be read
  PRIMARY KEY (id, company_id)
);
CREATE INDEX idx_staff_groups_due ON staff_groups (due_at);

-- Who was in a group when it was last read, and whom they are where no file names them.
CREATE TABLE staff_group_members (
  company_id uuid NOT NULL,
  group_id uuid NOT NULL,
  external_id text NOT NULL,
  staff_id uuid NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (group_id, external_id, company_id),
  FOREIGN KEY (company_id, group_id) REFERENCES staff_groups (company_id, id) ON DELETE CASCADE
);

-- Those whose holder is no colleague any more are found by it.
CREATE INDEX idx_conversations_holder ON conversations (owner_staff) WHERE owner_staff IS NOT NULL;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['staff_groups', 'staff_group_members']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;
CREATE POLICY sweeping ON staff_groups FOR SELECT TO baton_system USING (true);
CREATE POLICY sweeping ON staff FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, due_at) ON staff_groups TO baton_system;
GRANT SELECT (company_id, id, state) ON staff TO baton_system;
GRANT SELECT (owner_staff) ON conversations TO baton_system;
