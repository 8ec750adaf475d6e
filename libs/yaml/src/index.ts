export { InvalidYaml, YamlFile } from './yaml-file.ts'
