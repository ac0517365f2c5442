/** A point of a series. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Slope of the line with the least sum of squared distances: change of y for one x. 0 for fewer than two points. */
export function slopeOf(points: readonly Point[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / count;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / count;
  const covariance = points.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0);
  const variance = points.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  return count < 2 || variance === 0 ? 0 : covariance / variance;
}
