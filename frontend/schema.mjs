// Writes src/api/schema.ts: the types of what the service takes and answers, from its own description.
// usage: node schema.mjs [--check]   (--check: only says whether the file is the one this would write)
import { readFileSync, writeFileSync } from 'node:fs';

const DESCRIPTION = new URL('../backend/openapi.json', import.meta.url);
const FILE = new URL('./src/api/schema.ts', import.meta.url);
const HEAD = '// What the service takes and answers, from its description, backend/openapi.json. Made by scripts/gen: do not edit.';
const nameIn = ({ $ref }) => (typeof $ref === 'string' ? $ref.replace('#/components/schemas/', '') : '');

const { paths, components } = JSON.parse(readFileSync(DESCRIPTION, 'utf8'));
const { schemas } = components;

/** Every schema that `/v1` speaks of. A page of a list is one of what is listed, so it has no type of its own. */
function spokenOf() {
  const found = new Set();
  const look = (value) => {
    if (typeof value !== 'object' || value === null) return;
    const name = nameIn(value).replace(/^Page_/, '');
    if (name in schemas && !found.has(name)) {
      found.add(name);
      look(schemas[name]);
    }
    for (const inner of Object.values(value)) look(inner);
  };
  for (const [path, routes] of Object.entries(paths)) if (path.startsWith('/v1/')) look(routes);
  return [...found].sort();
}

const SIMPLE = { string: 'string', integer: 'number', number: 'number', boolean: 'boolean', null: 'null' };
const either = (types) => [...types.filter((type) => type !== 'null'), ...types.filter((type) => type === 'null')].join(' | ');

function typeOf(schema, indent) {
  if (schema.$ref) return `Schemas['${nameIn(schema)}']`;
  if (schema.enum) return schema.enum.map((value) => `'${value}'`).join(' | ');
  if (schema.oneOf) return either(schema.oneOf.map((one) => typeOf(one, indent)));
  if (schema.allOf) return schema.allOf.map((one) => typeOf(one, indent)).join(' & ');
  if (Array.isArray(schema.type)) return either(schema.type.map((type) => typeOf({ ...schema, type }, indent)));
  if (schema.type === 'array') {
    const item = typeOf(schema.items, indent);
    return `readonly ${/ [|&] /.test(item) ? `(${item})` : item}[]`;
  }
  if (schema.type === 'object') return objectOf(schema, indent);
  const simple = SIMPLE[schema.type];
  if (!simple) throw new Error(`No type is known for ${JSON.stringify(schema)}`);
  return simple;
}

function objectOf({ properties, required = [], additionalProperties }, indent) {
  if (!properties) {
    const value = additionalProperties?.type || additionalProperties?.$ref ? typeOf(additionalProperties, indent) : 'unknown';
    return `Readonly<Record<string, ${value}>>`;
  }
  const inner = `${indent}  `;
  const lines = Object.entries(properties).map(
    ([name, schema]) => `${comment(schema, inner)}${inner}readonly ${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};\n`,
  );
  return `{\n${lines.join('')}${indent}}`;
}

/** What is said of something that may be null is said of what it is otherwise. */
function comment(schema, indent) {
  const said = schema.description ?? schema.oneOf?.find((one) => one.description)?.description;
  return said ? `${indent}/** ${said.replace(/\s+/g, ' ').replace(/\*\//g, '* /')} */\n` : '';
}

const members = spokenOf().map((name) => `${comment(schemas[name], '  ')}  readonly ${name}: ${typeOf(schemas[name], '  ')};\n`);
const text = `${HEAD}\n\nexport interface Schemas {\n${members.join('')}}\n`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error('src/api/schema.ts is not what backend/openapi.json gives: run scripts/gen.');
  process.exit(1);
}
