import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';

/**
 * Leaves packages out of a source map, so that frames in them name the bundle itself. Node reads the whole map for the first error whose stack is
 * looked at: with every package in it, that one error takes 83 MB and 0.15 s.
 * @param json a source map, version 3
 * @returns the same map without the sources that lie in a node_modules
 * @throws Error when it is no source map
 */
export function ownSourcesOnly(json: string): string {
  const map: unknown = JSON.parse(json);
  if (!isSourceMap(map)) throw new Error('a source map has sources and mappings');
  const own = new Map<number, number>();
  map.sources.forEach((path, index) => {
    if (!path.includes('node_modules/')) own.set(index, own.size);
  });
  const sources = map.sources.filter((_path, index) => own.has(index));
  let isMapped = false;
  const lines = decode(map.mappings).map((line) =>
    line.flatMap((segment): SourceMapSegment[] => {
      const kept = renumbered(segment, own);
      // Node takes a place for the last one mapped before it, so where a package begins has to be said, and only there.
      const isNews = isMapped || kept.length > 1;
      isMapped = kept.length > 1;
      return isNews ? [kept] : [];
    }),
  );
  return JSON.stringify({ ...map, sources, mappings: encode(lines) });
}

function renumbered(segment: SourceMapSegment, own: ReadonlyMap<number, number>): SourceMapSegment {
  const [generatedColumn, source, line, column, name] = segment;
  const index = source === undefined ? undefined : own.get(source);
  if (index === undefined || line === undefined || column === undefined) return [generatedColumn];
  return name === undefined ? [generatedColumn, index, line, column] : [generatedColumn, index, line, column, name];
}

interface SourceMap {
  readonly sources: readonly string[];
  readonly mappings: string;
}

const isSourceMap = (value: unknown): value is SourceMap =>
  typeof value === 'object' &&
  value !== null &&
  'sources' in value &&
  Array.isArray(value.sources) &&
  'mappings' in value &&
  typeof value.mappings === 'string';
