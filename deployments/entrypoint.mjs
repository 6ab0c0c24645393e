// The first argument of the container names the program; the others are the program's own.
const PROGRAMS = {
  server: './dist/apps/server/src/main.js',
  'api-gateway': './dist/apps/api-gateway/src/main.js',
  'queue-manager': './dist/apps/queue-manager/src/main.js',
  scheduler: './dist/apps/scheduler/src/main.js',
  migrate: './dist/apps/server/src/migrate.js',
};

const [name] = process.argv.splice(2, 1);
if (!Object.hasOwn(PROGRAMS, name)) {
  console.error(`Usage: ${Object.keys(PROGRAMS).join('|')} [options]`);
  process.exit(2);
}
await import(PROGRAMS[name]);
