// Azurite, Azure Storage for tests, as a child of a test run: it ends when whoever started it closes its stdin, so that none outlives its tests.
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
await import('azurite/dist/src/azurite.js');
