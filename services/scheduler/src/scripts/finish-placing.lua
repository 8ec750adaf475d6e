-- All slots of a definition's schedules were placed by `placing`, see set-definition.lua.
-- ARGV[1]  def, placing

local definition = load_definition(args.def)
if definition then change(definition, { placed = args.placing }) end
